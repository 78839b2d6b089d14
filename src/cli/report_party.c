/*
 * staunch report --party: what was found of one party, as an encrypted zip that can be handed over. It is a disclosure:
 * party and reason stand in the case before the first value is looked up, under the number that the packet carries.
 */
#include "cli/report_party.h"

#include "detect/detect.h"
#include "report/packet_zip.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PARTY_BYTES 1024

struct party_job {
	const char *party, *reason, *output, *passphrase_file;
	char typed[PARTY_BYTES]; /* the party, when it comes from standard input */
	struct party who;
	char reference[PACKET_REFERENCE_TEXT];
	char passphrase[PACKET_PASSPHRASE_TEXT];
};

/* --- who is it? --- */

struct question {
	size_t size;
	struct st_buf canonical; /* of the one address that the whole text is */
};

static void hear(void *context, const struct detect_mention *mention)
{
	struct question *question = context;
	if (mention->kind == DETECT_EMAIL_ADDRESS && mention->start == 0 && mention->end == question->size)
		st_buf_add(&question->canonical, mention->canonical.data, mention->canonical.size);
}

/* The canonical form of a text that is one address and nothing else; empty if it is not. Caller frees. */
static struct st_buf canonical_address(const char *text)
{
	struct detect_options options = {0};
	struct question question = {.size = strlen(text)};
	struct detect *detect = detect_open(&options, hear, &question);
	detect_feed(detect, text, question.size);
	detect_finish(detect);
	detect_close(detect);
	return question.canonical;
}

static int read_organization(const char *text, struct party *out)
{
	st_auto_free char *address = st_format("x@%s", text);
	st_auto_buf struct st_buf canonical = canonical_address(address);
	if (canonical.size < 3)
		return cli_fail(CLI_WRONG, "--party is neither an e-mail address nor the domain of an organization");
	struct st_span host = {canonical.data + 2, canonical.size - 2}, domain = detect_registrable_domain(host);
	if (domain.size != host.size)
		return cli_fail(CLI_WRONG,
			"--party wants the registrable domain of an organization, as contoso.com of mail.contoso.com");
	if (detect_is_free_mail(domain) || detect_is_disposable(domain))
		return cli_fail(CLI_WRONG, "the addresses at this domain belong to its users, not to one organization: "
					   "--party wants one address");
	out->organization = true;
	st_buf_add(&out->name, domain.data, domain.size);
	return CLI_OK;
}

static int read_party(struct party_job *job)
{
	const char *text = job->party;
	if (strcmp(text, "-") == 0) {
		if (fgets(job->typed, sizeof job->typed, stdin) == NULL)
			return cli_fail(CLI_WRONG, "--party - reads the party from standard input, and there is none");
		job->typed[strcspn(job->typed, "\r\n")] = 0;
		text = job->typed;
	}
	job->who.name = canonical_address(text);
	if (job->who.name.size == 0) {
		int exit = read_organization(text, &job->who);
		if (exit != CLI_OK)
			return exit;
	}
	st_buf_add_byte(&job->who.name, 0);
	job->who.name.size--;
	return CLI_OK;
}

static int check_job(const struct cli_arguments *arguments, struct party_job *job)
{
	static const char *const others[] = {"format", "list", "explain", "claims"};
	job->party = cli_value(arguments, "party");
	job->reason = cli_value(arguments, "reveal");
	job->output = cli_value(arguments, "output");
	job->passphrase_file = cli_value(arguments, "passphrase-file");
	if (cli_value(arguments, "case") == NULL)
		return cli_fail(CLI_WRONG, "report needs --case FILE");
	if (job->party == NULL)
		return cli_fail(CLI_WRONG, "--passphrase-file goes with --party");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (cli_has(arguments, others[i]))
			return cli_fail(CLI_WRONG, "--party makes a packet: it does not go with --%s", others[i]);
	if (job->output == NULL || strcmp(job->output, "-") == 0)
		return cli_fail(CLI_WRONG, "--party needs -o FILE.zip");
	if (job->reason == NULL || job->reason[0] == 0)
		return cli_fail(
			CLI_WRONG, "a packet is a disclosure: --reveal REASON says why, and is written into the case");
	if (report_replaces_case(arguments, job->output))
		return cli_fail(CLI_WRONG, "%s belongs to the case: write the packet to another file", job->output);
	if (job->passphrase_file == NULL && !isatty(STDOUT_FILENO))
		return cli_fail(CLI_WRONG,
			"the passphrase is shown on a terminal only, and this is none: --passphrase-file FILE");
	if (job->passphrase_file != NULL && strcmp(job->passphrase_file, job->output) == 0)
		return cli_fail(CLI_WRONG, "--passphrase-file and -o are one file");
	return read_party(job);
}

/* --- writing --- */

typedef enum st_status packet_file(const struct packet *packet, const struct packet_sink *sink, struct st_error *err);

static const struct {
	const char *name; /* neutral: the format does not encrypt it */
	packet_file *write;
} files[] = {
	{"README.txt", packet_readme},
	{"report.html", packet_html},
	{"parts.csv", packet_csv},
	{"parts.json", packet_json},
};

static enum st_status measure(void *context, const void *data, size_t size, struct st_error *err)
{
	(void)data, (void)err;
	*(uint64_t *)context += size;
	return ST_OK;
}

static enum st_status to_zip(void *context, const void *data, size_t size, struct st_error *err)
{
	return packet_zip_data(context, data, size, err);
}

static enum st_status to_output(void *context, const void *data, size_t size, struct st_error *err)
{
	struct report_output *output = context;
	st_buf_add(&output->buf, data, size);
	return report_output_flush(output, false, err);
}

/* Each file is made twice: its size stands in front of it. */
static enum st_status write_files(struct packet_zip *zip, const struct packet *packet, struct st_error *err)
{
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		uint64_t size_bytes = 0;
		struct packet_sink measuring = {measure, &size_bytes}, writing = {to_zip, zip};
		ST_TRY(files[i].write(packet, &measuring, err));
		ST_TRY(packet_zip_entry(zip, files[i].name, size_bytes, err));
		ST_TRY(files[i].write(packet, &writing, err));
	}
	return packet_zip_finish(zip, err);
}

static enum st_status write_packet(const struct party_job *job, const struct packet *packet, struct st_error *err)
{
	struct report_output output;
	struct packet_sink sink = {to_output, &output};
	struct packet_zip *zip = packet_zip_open(job->passphrase, &sink);
	enum st_status status = report_output_open(&output, job->output, err);
	if (status == ST_OK && output.path == NULL)
		status = st_fail(err, ST_WRONG, "%s is no file: a packet is written to one", job->output);
	if (status == ST_OK)
		status = write_files(zip, packet, err);
	packet_zip_close(zip);
	struct st_error closing = {0};
	enum st_status closed = report_output_close(&output, status == ST_OK, &closing);
	if (status == ST_OK && closed != ST_OK)
		*err = closing;
	return status == ST_OK ? closed : status;
}

static enum st_status keep_passphrase(const struct party_job *job, struct st_error *err)
{
	if (job->passphrase_file == NULL)
		return ST_OK;
	char line[PACKET_PASSPHRASE_TEXT + 1];
	int size = snprintf(line, sizeof line, "%s\n", job->passphrase);
	int fd = open(job->passphrase_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return st_fail_errno(err, ST_WRONG, "cannot make %s", job->passphrase_file);
	bool written = st_write_full(fd, line, (size_t)size) == 0 && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	sodium_memzero(line, sizeof line);
	if (written)
		return ST_OK;
	unlink(job->passphrase_file);
	return st_fail(err, ST_FATAL, "cannot write %s", job->passphrase_file);
}

static enum st_status hand_over(struct party_job *job, const struct packet *packet, struct st_error *err)
{
	packet_passphrase(job->passphrase);
	ST_TRY(keep_passphrase(job, err));
	enum st_status status = write_packet(job, packet, err);
	if (status != ST_OK) {
		if (job->passphrase_file != NULL)
			unlink(job->passphrase_file);
		return status;
	}
	printf("packet      %s\n", job->reference);
	if (job->passphrase_file == NULL)
		printf("passphrase  %s   shown once; hand it over on another way than the packet\n", job->passphrase);
	return ST_OK;
}

/* --- the run --- */

static enum st_status open_case(
	const struct cli_arguments *arguments, struct party_job *job, struct report_case *rc, struct st_error *err)
{
	const char *path = cli_value(arguments, "case"), *key = cli_value(arguments, "case-key");
	uint8_t random[(PACKET_REFERENCE_TEXT - 1) / 2];
	struct casefile *writer;
	randombytes_buf(random, sizeof random);
	st_hex(random, sizeof random, job->reference);
	st_auto_free char *detail =
		st_format("%s packet %s: %s", (const char *)job->who.name.data, job->reference, job->reason);
	ST_TRY(casefile_open(path, key, CASEFILE_UPDATE, &writer, err));
	enum st_status status = casefile_event(writer, "packet", detail, err);
	casefile_close(writer);
	ST_TRY(status);
	return casefile_open(path, key, CASEFILE_READ, &rc->casefile, err);
}

static enum st_status make_packet(
	struct report_case *rc, struct party_job *job, const struct report *report, struct st_error *err)
{
	struct party_part part;
	enum st_status status = party_gather(rc, &job->who, &part, err);
	part.packet.report = report;
	memcpy(part.packet.reference, job->reference, sizeof job->reference);
	if (status == ST_OK)
		status = hand_over(job, &part.packet, err);
	party_part_free(&part);
	return status;
}

static int run(const struct cli_arguments *arguments, struct party_job *job)
{
	struct report_case rc = {0};
	struct report report = {0};
	struct st_error err = {0};
	bool found = false;
	int exit = CLI_OK;
	enum st_status status = open_case(arguments, job, &rc, &err);
	if (status == ST_OK)
		status = report_case_load(&rc, &err);
	if (status == ST_OK)
		status = report_fill(&rc, &report, &found, &err);
	if (status == ST_OK && found)
		status = make_packet(&rc, job, &report, &err);
	if (status != ST_OK)
		exit = cli_fail_error(&err);
	else if (!found)
		exit = cli_fail(CLI_INCOMPLETE, "no figures yet: the scan of this case has not finished; run it again");
	else
		exit = report_incomplete(&report);
	report_filled_free(&report);
	report_case_free(&rc);
	return exit;
}

int report_party(const struct cli_arguments *arguments)
{
	struct party_job job = {0};
	int exit = check_job(arguments, &job);
	if (exit == CLI_OK)
		exit = run(arguments, &job);
	st_buf_free(&job.who.name);
	sodium_memzero(&job, sizeof job);
	return exit;
}
