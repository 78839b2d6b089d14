/* What secret.c is asked at, see detector.h. */
#ifndef STAUNCH_DETECT_SECRET_PLACES_H
#define STAUNCH_DETECT_SECRET_PLACES_H

#include "detect/planes.h"

bool secret_may_start(uint8_t trigger, uint8_t next);
void secret_places(struct planes *planes, uint64_t *found);

#endif
