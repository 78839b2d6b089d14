#include "worker/case_templates.h"

void case_templates_begin(struct case_templates *told)
{
	if (told->used)
		memset(told, 0, sizeof *told);
}

static bool is_news(struct case_templates *told, struct st_span template, struct st_span value)
{
	static const uint8_t key[ST_DIGEST_KEY_BYTES] = "case numbers";
	uint8_t of[ST_DIGEST_BYTES], digest[ST_DIGEST_BYTES];
	st_digest(key, template.data, template.size, of);
	st_digest(key, value.data, value.size, digest);
	size_t slot = of[0] % CASE_TEMPLATE_SLOTS;
	if (memcmp(told->slots[slot].digest, of, sizeof of) != 0) {
		memcpy(told->slots[slot].digest, of, sizeof of);
		told->slots[slot].count = 0;
	}
	uint8_t count = told->slots[slot].count;
	for (size_t i = 0; i < count; i++)
		if (memcmp(told->slots[slot].values[i], digest, sizeof digest) == 0)
			return false;
	if (count == DETECT_CASES_OF_TEMPLATE)
		return false;
	memcpy(told->slots[slot].values[count], digest, sizeof digest);
	told->slots[slot].count++;
	told->used = true;
	return true;
}

size_t case_templates_row(struct case_templates *told, struct st_span canonical, uint8_t out[CASE_TEMPLATES_BYTES])
{
	bool year;
	size_t size = detect_case_template(canonical, out, &year);
	if (size == 0 || year || !is_news(told, (struct st_span){out, size}, canonical))
		return 0;
	out[size] = 0;
	memcpy(out + size + 1, canonical.data, canonical.size);
	return size + 1 + canonical.size;
}
