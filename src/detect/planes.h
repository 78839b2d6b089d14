/*
 * What stands where, as planes of bits: one bit a place of the text, 64 places a word, a plane for each set of bytes.
 * A detector says with them where it can find anything at all (detector.h, `places`), 256 places at a time. The planes
 * are a matter of speed: the loop byte by byte in detect.c asks no plane, and tests hold the two together.
 */
#ifndef STAUNCH_DETECT_PLANES_H
#define STAUNCH_DETECT_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLANE_PLACES 64 /* a word: one bit a place */
#define PLANE_WORDS 64  /* words of text that are sifted at a time */

/* A new plane is one line here and one or two in planes.c. A set of bytes costs about a hundredth of an instruction for
 * every byte of every text, and half a KiB of the cache; a look at it a place further on twice as much. */
enum plane {
	/* of bytes that are rare in most texts: planes->any says whether there are any */
	PLANE_AT,
	PLANE_PERCENT,
	PLANE_AMPERSAND,
	PLANE_BACKSLASH,
	PLANE_PLUS,
	PLANE_OPEN,   /* ( */
	PLANE_WIDE,   /* 0xef, the first byte of a full-width sign */
	PLANE_UMLAUT, /* 0xc3, the first byte of most letters of Western Europe beyond ASCII */
	PLANE_TILDE,
	PLANES_OF_RARE,
	PLANE_DIGIT = PLANES_OF_RARE, /* 0 to 9 */
	PLANE_ZERO,                   /* the digit 0 */
	PLANE_UPPER,                  /* A to Z */
	PLANE_LOWER,                  /* a to z */
	PLANE_LETTER,                 /* ASCII */
	PLANE_ALNUM,                  /* ASCII letters and digits */
	PLANE_RUN,                    /* those that go on a run: all but m and K, which end the code of a terminal's
				       * colour: what follows is a new run (behind_terminal_code) */
	PLANE_HIGH,                   /* beyond ASCII */
	PLANE_SPACE,                  /* the blank alone */
	PLANE_LINE_FEED,              /* \n */
	PLANE_DOT,
	PLANE_COLON,
	PLANE_DASH,
	PLANE_SLASH,
	PLANE_EQUALS,
	PLANE_BRACKET,       /* [ */
	PLANE_OF_NUMBER,     /* the letters d m o r, in which words end that say that a number comes, and # */
	PLANE_BEHIND_EQUALS, /* what stands behind an equals sign that spells something: 2 a c, line feed, return */
	/* letters in both cases */
	PLANE_A,
	PLANE_C,
	PLANE_H,
	PLANE_I,
	PLANE_K,
	PLANE_L,
	PLANE_T,
	PLANE_X,
	PLANE_F_R,
	PLANE_F_O_R,
	PLANE_D_M, /* of last_letters in case_label.c: these, o and r, and what may stand before d m, o, r */
	PLANE_O,
	PLANE_R,
	PLANE_I_U,
	PLANE_L_M_N_R_S_T,
	PLANE_E_N_S,
	PLANE_LABEL_END, /* d n s t y: in which the labels of secrets end */
	/* other sets of one detector */
	PLANE_LABEL_SIGN, /* = : " ' \\, behind such a label */
	PLANE_JOINED,     /* letters, digits and _ - . of identifiers */
	PLANE_HYPHEN,     /* _ and - */
	PLANE_SMALL_G,
	PLANE_SMALL_B_K_M,
	PLANE_CAPITAL_J,
	PLANE_FORM_1,     /* first bytes of legal forms: A S */
	PLANE_FORM_2,     /* B E N */
	PLANE_FORM_3,     /* C O */
	PLANE_FORM_4,     /* G I K */
	PLANE_FORM_5,     /* L P */
	PLANE_FORM_6,     /* p */
	PLANE_FORM_1_ON,  /* what can follow them: . / b g p r a n l 0xc3 */
	PLANE_FORM_2_ON,  /* . u v */
	PLANE_FORM_3_ON,  /* o h y */
	PLANE_FORM_4_ON,  /* c g m n */
	PLANE_FORM_5_ON,  /* . t i l */
	PLANE_FORM_THIRD, /* letters that are third: a b c d g j l m p r s u */
	/* made of others at other places */
	PLANE_ALNUM_2, /* two letters or digits from here on; as all these true as far as 56 places behind the text */
	PLANE_ALNUM_4,
	PLANE_ALNUM_8,
	PLANE_DIGITS_2,
	PLANE_DIGITS_4,
	PLANE_DIGITS_8,
	PLANE_SPELLS,  /* beyond ASCII, % & or an equals sign that spells something (may_spell in digits.h) */
	PLANE_SPELT_8, /* one of these is in the eight places from here on */
	PLANE_FIRST,   /* the first digit of its run; of the places of text alone, nothing before or behind them */
	PLANES
};

#if defined(__x86_64__)
#define PLANES_TARGET __attribute__((target("avx2")))
#else
#define PLANES_TARGET
#endif
#define PLANES_INLINE __attribute__((always_inline)) PLANES_TARGET static inline

typedef uint64_t plane_bits __attribute__((vector_size(32))); /* four words: 256 places, the first in bit 0 of word 0 */

struct planes {
	size_t words;             /* of text; rounded up to four: beyond the text there is nothing in any plane */
	size_t size;              /* places of text to be examined: all bits of candidates behind it are dropped */
	bool digit_before;        /* a digit stands in the run that goes on from before: in and out of planes_fill */
	bool regions;             /* the options name a region */
	bool fields;              /* values may stand in fields, whose names are labels */
	bool any[PLANES_OF_RARE]; /* does the plane hold anything? */
	uint64_t bit[8][PLANE_WORDS + 8];     /* of the bytes themselves: bit 0 to 7 */
	uint64_t of[PLANES][PLANE_WORDS + 8]; /* one word before, one behind, and room for whole fours */
	const uint8_t *text; /* the bytes themselves, from the word before on, to 64 behind the word behind */
	uint8_t copy[(PLANE_WORDS + 4) * PLANE_PLACES];
};

/* Bit n: what stands `offset` (-64 to 63) places from place n of the four words from `word` on; words[0] is the word
 * before. */
PLANES_INLINE plane_bits shifted(const uint64_t *words, size_t word, int offset)
{
	const uint64_t *at = words + word + (offset >= 0);
	const unsigned right = (unsigned)offset & 63;
	plane_bits low, high;
	memcpy(&low, at, sizeof low);
	if (right == 0)
		return low;
	memcpy(&high, at + 1, sizeof high);
	return low >> right | high << (64 - right);
}

/* The same of a plane. */
PLANES_INLINE plane_bits plane(const struct planes *planes, enum plane which, size_t word, int offset)
{
	return shifted(planes->of[which], word, offset);
}

PLANES_INLINE plane_bits plane_load(const uint64_t *found)
{
	plane_bits four;
	memcpy(&four, found, sizeof four);
	return four;
}

PLANES_INLINE void plane_store(uint64_t *found, plane_bits four)
{
	memcpy(found, &four, sizeof four);
}

/* Bit n: what stands `further` (1 to 63) places behind place n of the four words at `words`. */
PLANES_INLINE plane_bits plane_behind(const uint64_t *words, unsigned further)
{
	return plane_load(words) >> further | plane_load(words + 1) << (64 - further);
}

PLANES_INLINE bool plane_any(plane_bits four)
{
	return (four[0] | four[1] | four[2] | four[3]) != 0;
}

/*
 * Leaves of four words of candidates those for which `may` says yes, which sees the bytes from 64 before the place to
 * 63 behind it: for tests that planes cannot tell, where few candidates are left.
 */
PLANES_INLINE plane_bits plane_filter(
	const struct planes *planes, size_t word, plane_bits four, bool (*may)(const uint8_t *at))
{
	uint64_t kept[4];
	if (!plane_any(four))
		return four;
	plane_store(kept, four);
	for (size_t w = 0; w < 4; w++)
		for (uint64_t left = kept[w]; left; left &= left - 1) {
			size_t place = (word + w) * PLANE_PLACES + (unsigned)__builtin_ctzll(left);
			if (!may(planes->text + PLANE_PLACES + place))
				kept[w] ^= left & -left;
		}
	return plane_load(kept);
}

bool planes_here(void); /* has this processor what they need? */
/* Makes the planes of text[at, at + size), size from 1 to PLANE_WORDS * PLANE_PLACES; the 64 bytes on either side are
 * seen as far as they are inside of text_size, all else is nothing. `text` is borrowed until the next call. */
void planes_fill(struct planes *planes, const uint8_t *text, size_t text_size, size_t at, size_t size);

#endif
