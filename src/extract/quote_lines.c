/*
 * What mail programs write before an earlier mail that they repeat. The words are facts about programs in use (Outlook,
 * Outlook on the web, Gmail, Apple Mail, Thunderbird, Yahoo and their like, as they write them in mail): names of
 * header fields, what stands between dashes, and the sentence `On ... wrote:`. Any mix of languages is read, because a
 * thread has one for each of its writers.
 */
#include "extract/quote_lines.h"

#include <strings.h>

/* A field's name has no more bytes than this. */
#define NAME_BYTES 40

struct field_name {
	const char *name;
	enum quote_field field;
};

/* English, German, French, Italian, Spanish, Dutch, Portuguese, Swedish, Danish, Norwegian, Finnish, Polish, Czech,
 * Russian. */
static const struct field_name fields[] = {
	{"From", QUOTE_FIELD_FROM},
	{"Von", QUOTE_FIELD_FROM},
	{"De", QUOTE_FIELD_FROM},
	{"Da", QUOTE_FIELD_FROM},
	{"Van", QUOTE_FIELD_FROM},
	{"Från", QUOTE_FIELD_FROM},
	{"Fra", QUOTE_FIELD_FROM},
	{"Lähettäjä", QUOTE_FIELD_FROM},
	{"Od", QUOTE_FIELD_FROM},
	{"Expéditeur", QUOTE_FIELD_FROM},
	{"Mittente", QUOTE_FIELD_FROM},
	{"Absender", QUOTE_FIELD_FROM},
	{"Sent", QUOTE_FIELD_DATE},
	{"Date", QUOTE_FIELD_DATE},
	{"Gesendet", QUOTE_FIELD_DATE},
	{"Datum", QUOTE_FIELD_DATE},
	{"Envoyé", QUOTE_FIELD_DATE},
	{"Envoyé le", QUOTE_FIELD_DATE},
	{"Inviato", QUOTE_FIELD_DATE},
	{"Data", QUOTE_FIELD_DATE},
	{"Enviado", QUOTE_FIELD_DATE},
	{"Enviado el", QUOTE_FIELD_DATE},
	{"Enviado em", QUOTE_FIELD_DATE},
	{"Enviada em", QUOTE_FIELD_DATE},
	{"Fecha", QUOTE_FIELD_DATE},
	{"Verzonden", QUOTE_FIELD_DATE},
	{"Skickat", QUOTE_FIELD_DATE},
	{"Sendt", QUOTE_FIELD_DATE},
	{"Dato", QUOTE_FIELD_DATE},
	{"Lähetetty", QUOTE_FIELD_DATE},
	{"Päivämäärä", QUOTE_FIELD_DATE},
	{"Wysłano", QUOTE_FIELD_DATE},
	{"Odesláno", QUOTE_FIELD_DATE},
	{"To", QUOTE_FIELD_TO},
	{"An", QUOTE_FIELD_TO},
	{"À", QUOTE_FIELD_TO},
	{"A", QUOTE_FIELD_TO},
	{"Para", QUOTE_FIELD_TO},
	{"Aan", QUOTE_FIELD_TO},
	{"Till", QUOTE_FIELD_TO},
	{"Til", QUOTE_FIELD_TO},
	{"Vastaanottaja", QUOTE_FIELD_TO},
	{"Do", QUOTE_FIELD_TO},
	{"Komu", QUOTE_FIELD_TO},
	{"Destinataire", QUOTE_FIELD_TO},
	{"Cc", QUOTE_FIELD_CC},
	{"Bcc", QUOTE_FIELD_CC},
	{"Kopie", QUOTE_FIELD_CC},
	{"Kopia", QUOTE_FIELD_CC},
	{"Kopi", QUOTE_FIELD_CC},
	{"Kopio", QUOTE_FIELD_CC},
	{"Copie", QUOTE_FIELD_CC},
	{"DW", QUOTE_FIELD_CC},
	{"Reply-To", QUOTE_FIELD_CC},
	{"Antwort an", QUOTE_FIELD_CC},
	{"Subject", QUOTE_FIELD_SUBJECT},
	{"Betreff", QUOTE_FIELD_SUBJECT},
	{"Objet", QUOTE_FIELD_SUBJECT},
	{"Oggetto", QUOTE_FIELD_SUBJECT},
	{"Asunto", QUOTE_FIELD_SUBJECT},
	{"Assunto", QUOTE_FIELD_SUBJECT},
	{"Onderwerp", QUOTE_FIELD_SUBJECT},
	{"Ämne", QUOTE_FIELD_SUBJECT},
	{"Emne", QUOTE_FIELD_SUBJECT},
	{"Aihe", QUOTE_FIELD_SUBJECT},
	{"Temat", QUOTE_FIELD_SUBJECT},
	{"Předmět", QUOTE_FIELD_SUBJECT},
	{"От", QUOTE_FIELD_FROM},
	{"Отправлено", QUOTE_FIELD_DATE},
	{"Дата", QUOTE_FIELD_DATE},
	{"Кому", QUOTE_FIELD_TO},
	{"Копия", QUOTE_FIELD_CC},
	{"Тема", QUOTE_FIELD_SUBJECT},
};

/* Between dashes, alone on their line. */
static const char *const dashed[] = {"Original Message", "Original Appointment", "Reply message", "Forwarded message",
	"Ursprüngliche Nachricht", "Originalnachricht", "Original-Nachricht", "Weitergeleitete Nachricht",
	"Message d'origine", "Message d’origine", "Message original", "Message transféré", "Message transmis",
	"Messaggio originale", "Messaggio inoltrato", "Mensaje original", "Mensaje reenviado", "Oorspronkelijk bericht",
	"Doorgestuurd bericht", "Mensagem original", "Mensagem encaminhada", "Ursprungligt meddelande",
	"Vidarebefordrat meddelande", "Oprindelig meddelelse", "Videresendt besked", "Opprinnelig melding",
	"Alkuperäinen viesti", "Wiadomość oryginalna", "Původní zpráva"};

/* The same, with a colon and without dashes. */
static const char *const spoken[] = {"Begin forwarded message", "Start of forwarded message",
	"Anfang der weitergeleiteten Nachricht", "Début du message réexpédié", "Début du message transféré",
	"Inizio messaggio inoltrato", "Inicio del mensaje reenviado", "Begin doorgestuurd bericht",
	"Início da mensagem reencaminhada", "Início da mensagem encaminhada"};

/* `On <date>, <name> wrote:`. before: how its line begins; verb: stands behind, not always last. */
struct sentence {
	const char *before, *verb;
};
static const struct sentence sentences[] = {
	{"On", "wrote"},
	{"On", "writes"},
	{"Am", "schrieb"},
	{"Le", "a écrit"},
	{"Il", "ha scritto"},
	{"In data", "ha scritto"},
	{"El", "escribió"},
	{"Op", "schreef"},
	{"Em", "escreveu"},
	{"A", "escreveu"},
	{"Den", "skrev"},
	{"W dniu", "napisał"},
	{"W dniu", "pisze"},
	{"Dne", "napsal"},
	{"В", "написал"},
	{"В", "пишет"},
};

/* --- bytes --- */

/* Bytes of the blank in front: a space, tab, no-break space (also the narrow one), a zero-width space. */
static size_t blank_front(struct st_span s)
{
	if (s.size >= 1 && (s.data[0] == ' ' || s.data[0] == '\t' || s.data[0] == '\r'))
		return 1;
	if (s.size >= 2 && s.data[0] == 0xc2 && s.data[1] == 0xa0)
		return 2;
	return s.size >= 3 && s.data[0] == 0xe2 && s.data[1] == 0x80 && (s.data[2] == 0xaf || s.data[2] == 0x8b) ? 3
														 : 0;
}

static size_t blank_back(struct st_span s)
{
	for (size_t size = 1; size <= 3 && size <= s.size; size++) {
		struct st_span last = {s.data + s.size - size, size};
		if (blank_front(last) == size)
			return size;
	}
	return 0;
}

static struct st_span behind(struct st_span s, size_t size)
{
	return (struct st_span){s.data + size, s.size - size};
}

static struct st_span trimmed(struct st_span s)
{
	size_t size;
	while ((size = blank_front(s)) > 0)
		s = behind(s, size);
	while ((size = blank_back(s)) > 0)
		s.size -= size;
	return s;
}

/* Without the signs that stand around words for bold type and rules. */
static struct st_span stripped(struct st_span s, const char *signs)
{
	for (;;) {
		s = trimmed(s);
		if (s.size > 0 && strchr(signs, s.data[0]) != NULL && s.data[0] != 0)
			s = behind(s, 1);
		else if (s.size > 0 && strchr(signs, s.data[s.size - 1]) != NULL && s.data[s.size - 1] != 0)
			s.size--;
		else
			return s;
	}
}

static bool begins(struct st_span s, const char *word)
{
	size_t size = strlen(word);
	return s.size >= size && strncasecmp((const char *)s.data, word, size) == 0;
}

static bool is(struct st_span s, const char *word)
{
	return s.size == strlen(word) && begins(s, word);
}

static bool has_digit(struct st_span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] >= '0' && s.data[i] <= '9')
			return true;
	return false;
}

static bool has(struct st_span s, uint8_t byte)
{
	return s.size > 0 && memchr(s.data, byte, s.size) != NULL;
}

/* --- fields --- */

static enum quote_field field_named(struct st_span name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is(name, fields[i].name))
			return fields[i].field;
	return 0;
}

/* `*From:* x` and `**From**: x` are bold type of a text made from a page. */
static void look_at_field(struct quote_line *line)
{
	struct st_span front = line->content;
	if (front.size > NAME_BYTES)
		front.size = NAME_BYTES;
	const uint8_t *colon = front.size > 0 ? memchr(front.data, ':', front.size) : NULL;
	if (colon == NULL)
		return;
	struct st_span name = stripped((struct st_span){front.data, (size_t)(colon - front.data)}, "*_");
	line->any_field = name.size > 0 && !has_digit(name) && !has(name, '@') && !has(name, '/');
	line->field = field_named(name);
}

/* --- sentences --- */

/* The verb, and where it stands: behind a blank, or behind the sign that ends an address. */
static bool has_verb(struct st_span text, const char *verb)
{
	size_t size = strlen(verb);
	for (size_t at = 1; at + size <= text.size; at++) {
		uint8_t before = text.data[at - 1];
		if (text.data[at] == (uint8_t)verb[0] && memcmp(text.data + at, verb, size) == 0 &&
			(before == ' ' || before == '>' || before == '\t' || before >= 0x80 || before == ','))
			return true;
	}
	return false;
}

/* The verb is last: `Name <address> wrote:`. */
static bool ends_with_verb(struct st_span text, const char *verb)
{
	size_t size = strlen(verb);
	return text.size > size && has_verb((struct st_span){text.data + text.size - size - 1, size + 1}, verb);
}

static bool opens(struct st_span text, const char *before)
{
	size_t size = strlen(before);
	return text.size > size && memcmp(text.data, before, size) == 0 && blank_front(behind(text, size)) > 0;
}

bool quote_is_attribution(struct st_span text)
{
	text = trimmed(text);
	if (text.size < 2 || text.data[text.size - 1] != ':')
		return false;
	text.size--;
	text = trimmed(text);
	bool address = has(text, '@');
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		if (opens(text, sentences[i].before) && (address || has_digit(text)) &&
			has_verb(text, sentences[i].verb))
			return true;
		if (address && ends_with_verb(text, sentences[i].verb))
			return true;
	}
	return false;
}

/* The date of an attribution stands in its first line. */
static bool is_opening(struct st_span text)
{
	if (!has_digit(text))
		return false;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (opens(text, sentences[i].before))
			return true;
	return false;
}

/* --- separators --- */

static bool is_separator(struct st_span text)
{
	if (text.size >= 2 && text.data[0] == '-' && text.data[1] == '-') {
		struct st_span words = stripped(text, "-_=");
		for (size_t i = 0; i < sizeof(dashed) / sizeof(dashed[0]); i++)
			if (is(words, dashed[i]))
				return true;
		return false;
	}
	if (text.size == 0 || text.data[text.size - 1] != ':')
		return false;
	text.size--;
	text = trimmed(text);
	for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++)
		if (is(text, spoken[i]))
			return true;
	return false;
}

/* --- lines --- */

/* Signs of quotation, each with the blanks around it. */
static struct st_span take_depth(struct st_span line, unsigned *depth)
{
	for (*depth = 0; *depth < 1000; ++*depth) {
		struct st_span rest = line;
		while (rest.size > 0 && (rest.data[0] == ' ' || rest.data[0] == '\t'))
			rest = behind(rest, 1);
		if (rest.size == 0 || rest.data[0] != '>')
			break;
		line = behind(rest, 1);
	}
	if (*depth > 0 && line.size > 0 && line.data[0] == ' ')
		line = behind(line, 1);
	return line;
}

static enum quote_line_kind kind_of(const struct quote_line *line, struct st_span untrimmed)
{
	if (line->content.size == 0)
		return QUOTE_LINE_BLANK;
	if (untrimmed.size > 0 && untrimmed.data[untrimmed.size - 1] == '\r')
		untrimmed.size--;
	if (is(untrimmed, "-- "))
		return QUOTE_LINE_SIGNATURE;
	if (is_separator(line->content))
		return QUOTE_LINE_SEPARATOR;
	if (line->field != 0)
		return QUOTE_LINE_FIELD;
	if (quote_is_attribution(line->content))
		return QUOTE_LINE_ATTRIBUTION;
	return is_opening(line->content) ? QUOTE_LINE_OPENING : QUOTE_LINE_TEXT;
}

struct quote_line quote_line_of(struct st_span text)
{
	struct quote_line line = {0};
	struct st_span untrimmed = take_depth(text, &line.depth);
	line.folded = blank_front(untrimmed) > 0;
	line.content = trimmed(untrimmed);
	line.has_address = has(line.content, '@');
	if (line.content.size > 0) {
		uint8_t last = line.content.data[line.content.size - 1];
		line.lists_on = last == ',' || last == ';';
	}
	look_at_field(&line);
	line.kind = kind_of(&line, untrimmed);
	return line;
}
