/*
 * E-mail addresses in any writing (RFC 5321 4.1.2, RFC 1123 2.1): a local part, a sign or a word for it, labels with
 * dots or words for them, and a last label that is a country (ISO 3166) or one of the generic ones. No list of
 * suffixes.
 */
#include "judge/view.h"

#define BLANKS 3
#define LABELS 8
#define LOCAL 64

#define SIGN_WORDS "at ät et chiocciola arobase arrobase arroba klammeraffe"
#define SURE_SIGN_WORDS "chiocciola arobase arrobase arroba klammeraffe"
#define DOT_WORDS "dot punto point punkt dt"

/* ISO 3166-1 alpha-2 as assigned, with ac, eu, su, uk; generic and reserved names (RFC 920, 2606, 6761; ICANN). */
static const char last_labels[] =
	"com net org edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia post app dev "
	"cloud "
	"online site shop tech store blog email company group world live life today agency digital media news club "
	"example test invalid localhost localdomain local lan corp internal intranet home arpa "
	"ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw "
	"by bz "
	"ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk "
	"fm fo "
	"fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it "
	"je jm "
	"jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo "
	"mp mq "
	"mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py "
	"qa re "
	"ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn "
	"to tr "
	"tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

static uint32_t closing(uint32_t open)
{
	return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : open == '<' ? '>' : 0;
}

/* A sign (or one of the words) in brackets at `at`; its end, or 0. */
static size_t in_brackets(const struct view *view, size_t at, uint32_t sign, const char *words)
{
	uint32_t close = closing(view_code(view, at));
	if (close == 0)
		return 0;
	size_t inside = at + 1 + view_blanks(view, at + 1, 1);
	size_t size = view_code(view, inside) == sign ? 1 : view_word(view, inside, words);
	size_t end = inside + size + view_blanks(view, inside + size, 1);
	return size > 0 && view_code(view, end) == close ? end + 1 : 0;
}

enum style { STYLE_SIGN, STYLE_BRACKETS, STYLE_SURE_WORD, STYLE_WORD, STYLE_JOINED };

/* The sign between both parts at `at`; its end, or 0. */
static size_t sign_at(const struct view *view, size_t at, enum style *style, uint32_t *joint)
{
	*joint = 0;
	*style = STYLE_SIGN;
	if (view_code(view, at) == '@')
		return at + 1;
	size_t end = in_brackets(view, at, '@', SIGN_WORDS);
	*style = STYLE_BRACKETS;
	if (end > 0)
		return end;
	uint32_t code = view_code(view, at);
	size_t word = code == '_' || code == '-' ? view_word(view, at + 1, "at") : 0;
	if (word > 0 && view_code(view, at + 1 + word) == code) {
		*style = STYLE_JOINED;
		*joint = code;
		return at + 2 + word;
	}
	if (at == 0 || !view_blank(view, at - 1) || (word = view_word(view, at, SIGN_WORDS)) == 0 ||
		!view_blank(view, at + word))
		return 0;
	*style = view_word(view, at, SURE_SIGN_WORDS) > 0 ? STYLE_SURE_WORD : STYLE_WORD;
	return at + word;
}

static bool is_local(const struct view *view, size_t at, uint32_t joint)
{
	uint32_t code = view_code(view, at);
	return view_alnum(view, at) ||
	       (code != 0 && code < 0x80 && code != joint && strchr(".+_-'&~#!$*%^", (int)code));
}

/* Where the local part that ends before `end` begins; `end` when there is none. */
static size_t local_before(const struct view *view, size_t end, uint32_t joint)
{
	size_t at = end;
	while (at > 0 && end - at < LOCAL && is_local(view, at - 1, joint))
		at--;
	while (at < end && !view_alnum(view, at))
		at++;
	return at;
}

static size_t label_end(const struct view *view, size_t at, uint32_t joint)
{
	size_t end = at;
	while (view_alnum(view, end) || (view_code(view, end) == '-' && joint == 0 &&
						(view_alnum(view, end + 1) || view_code(view, end + 1) == '-')))
		end++;
	return end;
}

/* Between two labels: the place of the next one, or 0. *word: a word stands for the dot. */
static size_t dot_at(const struct view *view, size_t at, enum style style, uint32_t joint, bool *word)
{
	*word = false;
	if (view_code(view, at) == '.' && view_alnum(view, at + 1))
		return at + 1;
	if (joint != 0 && view_code(view, at) == joint) {
		size_t size = view_word(view, at + 1, DOT_WORDS);
		*word = size > 0;
		return size > 0 && view_code(view, at + 1 + size) == joint ? at + 2 + size : 0;
	}
	size_t blanks = view_blanks(view, at, BLANKS), from = at + blanks;
	size_t end = in_brackets(view, from, '.', DOT_WORDS);
	if (end > 0)
		return end + view_blanks(view, end, BLANKS);
	if (blanks == 0)
		return 0;
	if (view_code(view, from) == '.' && view_blank(view, from + 1))
		return from + 1 + view_blanks(view, from + 1, BLANKS);
	size_t size = view_word(view, from, DOT_WORDS);
	if (size > 0 && view_blank(view, from + size)) {
		*word = true;
		return from + size + view_blanks(view, from + size, BLANKS);
	}
	return style <= STYLE_BRACKETS && view_word(view, from, "com net org edu gov") > 0 ? from : 0;
}

/* The end of the domain at `at`, or 0. */
static size_t domain_at(const struct view *view, size_t at, enum style style, uint32_t joint)
{
	size_t last_good = 0;
	bool words = false;
	for (size_t label = 0; label < LABELS; label++) {
		size_t end = label_end(view, at, joint);
		if (end == at)
			break;
		if (label > 0 && (view_word(view, at, last_labels) == end - at || view_code(view, at) == 'x') &&
			!(style == STYLE_WORD && !words))
			last_good = end;
		bool word;
		at = dot_at(view, end, style, joint, &word);
		words |= word;
		if (at == 0)
			break;
	}
	return last_good;
}

size_t judge_address(const struct view *view, size_t at, size_t *start)
{
	enum style style;
	uint32_t joint;
	size_t sign_end = sign_at(view, at, &style, &joint);
	if (sign_end == 0)
		return 0;
	size_t local_end = at - view_blanks_before(view, at, BLANKS);
	*start = local_before(view, local_end, joint);
	if (*start == local_end)
		return 0;
	return domain_at(view, sign_end + view_blanks(view, sign_end, BLANKS), style, joint);
}
