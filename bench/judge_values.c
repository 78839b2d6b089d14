/* What the judge of `redact --estimate` sees in texts of standard input, each behind its size (four bytes, little
 * endian): one line for each text, `kind start end` of each finding, divided by `;`. `./dev recall` reads it. */
#include "judge/judge.h"

#include <stdio.h>

#define FINDINGS 256

static void print_findings(struct st_span text)
{
	struct judge_finding findings[FINDINGS];
	size_t count = judge_text(text, findings, FINDINGS);
	for (size_t i = 0; i < count; i++)
		printf("%s%s %zu %zu", i > 0 ? ";" : "", judge_kind_name(findings[i].kind), findings[i].start,
			findings[i].end);
	putchar('\n');
}

int main(void)
{
	uint8_t head[4];
	while (fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t size = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
		st_auto_free uint8_t *text = st_alloc(size + 1);
		if (fread(text, 1, size, stdin) != size)
			return 1;
		print_findings((struct st_span){text, size});
	}
	return 0;
}
