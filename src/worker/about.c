/* Versions as the libraries themselves tell them at run time, not as the headers did at build time. */
#include "worker/about.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/bytes.h"
#include "extract/libarchive_linked.h"
#include "process/message.h"
#include "worker/protocol.h"

#include <bzlib.h>
#include <expat.h>
#include <idn2.h>
#include <lz4.h>
#include <lzma.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <sodium.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

int worker_about(int socket)
{
	const struct scmp_version *seccomp = seccomp_version();
	char pcre2[64] = "";
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) <= (int)sizeof pcre2)
		pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
	pcre2[strcspn(pcre2, " ")] = 0; /* its date */
	st_auto_free char *text = st_format(
		"zlib %s\nlibbz2 %s\nliblzma %s\nlibzstd %s\nliblz4 %s\nlibarchive %s\nexpat %s\nlibcrypto "
		"%s\nlibsodium %s\nlibseccomp %u.%u.%u\nlibidn2 %s\n"
		"utf8proc %s\npcre2 %s\nlibyaml %s\n",
		zlibVersion(), BZ2_bzlibVersion(), lzma_version_string(), ZSTD_versionString(), LZ4_versionString(),
		extract_libarchive_version() + strlen("libarchive "), XML_ExpatVersion() + strlen("expat_"),
		OpenSSL_version(OPENSSL_VERSION_STRING), sodium_version_string(), seccomp->major, seccomp->minor,
		seccomp->micro, idn2_check_version(NULL), utf8proc_version(), pcre2, yaml_get_version_string());
	st_auto_buf struct st_buf body = {0};
	st_buf_add_span(&body, text, strlen(text));
	return message_send(socket, WORKER_ABOUT, body.data, body.size, -1) == 0 ? 0 : 1;
}
