/* The one decision. Each rule takes something away; what no rule grants is not granted. */
#include "portal/release.h"

static bool is_sound(const struct release_finding *f)
{
	bool attributed = f->state == RELEASE_ATTRIBUTED || f->state == RELEASE_SHARED;
	bool asked = f->audience > RELEASE_NOBODY && f->audience < RELEASE_AUDIENCES;
	bool evident = f->evidence >= RELEASE_ADDRESS && f->evidence <= RELEASE_RULE;
	return attributed && asked && evident && f->subject && f->confidence >= RELEASE_CONFIDENCE_LEAST &&
	       f->confidence <= 100;
}

/* Of the value itself. A value of another kind beside the address is the party's only where nobody else is. */
static unsigned value_grant(const struct release_finding *f)
{
	bool own = f->evidence == RELEASE_ADDRESS, person = f->audience == RELEASE_PERSON;
	if (!own && f->state != RELEASE_ATTRIBUTED)
		return 0;
	if (f->audience == RELEASE_ROLE)
		return RELEASE_VALUE_KIND;
	if (!own && (!person || f->names_a_host))
		return RELEASE_VALUE_KIND; /* what its people wrote about themselves is not an organization's to read */
	return RELEASE_VALUE_KIND | RELEASE_VALUE_MASK |
	       (own && f->audience == RELEASE_EMPLOYER ? (unsigned)RELEASE_VALUE_FULL : 0u);
}

/* Of the document that the record stands in. */
static unsigned document_grant(const struct release_finding *f)
{
	if (f->state != RELEASE_ATTRIBUTED)
		return 0;
	bool named = f->name_words == RELEASE_WORDS_COMMON ||
		     (f->document_is_alone && f->name_words == RELEASE_WORDS_UNSEEN);
	return RELEASE_DATE | RELEASE_DIGEST | (named ? (unsigned)RELEASE_NAME : 0u) |
	       (f->document_is_alone ? (unsigned)RELEASE_DOCUMENT_DIGEST : 0u);
}

unsigned release_decide(const struct release_finding *finding)
{
	if (!is_sound(finding))
		return 0;
	unsigned value = value_grant(finding);
	if (value == 0)
		return 0;
	if (finding->audience == RELEASE_ROLE)
		return RELEASE_COUNT | value;
	return RELEASE_COUNT | RELEASE_RECORD_ROW | value | document_grant(finding);
}
