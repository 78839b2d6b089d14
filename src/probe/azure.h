/* What both examinations of Azure's blobs know: azure_blob.c without credentials, azure_sas.c with a signature. */
#ifndef STAUNCH_PROBE_AZURE_H
#define STAUNCH_PROBE_AZURE_H

#include "probe/probe.h"

/* What the service calls its refusal (Microsoft Learn, "Blob service error codes", "Shared access signature error
 * codes"): one of those that mean something here, of header or body, else "". Static. */
const char *probe_azure_error(const struct probe_answer *answer);

#endif
