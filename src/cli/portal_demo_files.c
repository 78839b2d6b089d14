/* The store of `portal --demo`: everybody in it is invented; numbers pass their checksums, so that they are found. */
#include "base/bytes.h"
#include "base/error.h"
#include "cli/portal.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITTEN_AT 1536883200 /* 14 September 2018: the date of every document of the demo */

static const char statement_of_work[] =
	"Statement of work\n\nCustomer: Fabrikam Ltd, Leeds\nContacts: carol.draper@fabrikam.com, "
	"brian.mercer@fabrikam.com, security@fabrikam.com\n\nMigration of 11 servers, 14 to 18 January 2019.\n"
	"Access key for the transfer: AKIAIOSFODNN7EXAMPLE\n";

static const char invoice[] =
	"Invoice 2017-0442\n\nTo: Anna Rossi <anna.rossi@contoso.com>\nPhone: +39 06 6982 1012\n"
	"Codice fiscale: RSSMRA85T10A562S\nIBAN: IT60 X054 2811 1010 0000 0123 456\nSupport case number: SC-104377\n"
	"Amount: 120.00 EUR, due 9 May 2017\n";

static const char shared_mail[] =
	"From: Anna Rossi <anna.rossi@contoso.com>\r\nTo: Carol Draper <carol.draper@fabrikam.com>\r\n"
	"Date: Mon, 3 Sep 2018 09:12:00 +0200\r\nSubject: Joint test of the export\r\nMessage-ID: "
	"<20180903.0912@contoso.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	"Dear Carol,\r\nyour colleague brian.mercer@fabrikam.com can call me at +39 06 6982 1012.\r\n"
	"My case number is SC-104377.\r\nAnna Rossi\r\n";

static const char review[] = "Hand-over of 12 March 2018\n\nThe customer from Leeds called again about the export. "
			     "Nobody wrote down which of the two it was.\n";

static const char about[] =
	"{\"schema\": \"staunch.portal/1\",\n \"controller\": \"Northwind (demo)\",\n"
	" \"address\": \"1 Example Street, Example Town\",\n \"contact\": \"privacy@northwind.example\",\n"
	" \"officer\": \"dpo@northwind.example\",\n \"authority\": \"the data protection authority of your country\",\n"
	" \"sender\": \"notice@northwind.example\",\n \"site\": \"www.northwind.example\",\n"
	" \"kept\": \"This demo ends with Ctrl-C.\",\n \"happened\": {\n"
	"  \"en\": \"Support cases of Northwind stood in a store that answered without a password. All of it is "
	"invented.\",\n"
	"  \"it\": \"Le pratiche di assistenza di Northwind stavano in un archivio che rispondeva senza password. "
	"Tutto "
	"è inventato.\",\n"
	"  \"fr\": \"Des dossiers d’assistance de Northwind se trouvaient dans un dépôt qui répondait sans mot de "
	"passe. "
	"Tout est inventé.\"}}\n";

static int write_file(const char *folder, const char *name, const void *data, size_t size, struct st_error *err)
{
	st_auto_free char *path = st_format("%s/%s", folder, name);
	st_auto_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	const struct timespec then[2] = {{.tv_sec = WRITTEN_AT}, {.tv_sec = WRITTEN_AT}};
	if (fd >= 0 && st_write_full(fd, data, size) == 0 && futimens(fd, then) == 0)
		return 0;
	st_fail_errno(err, ST_FATAL, "the demo's files cannot be written");
	return -1;
}

/* One record a line; the same few persons again and again, as in any such store. */
static void write_cases(struct st_buf *out)
{
	static const struct {
		const char *name, *address, *phone;
	} persons[] = {{"Anna Rossi", "anna.rossi@contoso.com", "+39 06 6982 1012"},
		{"Luca Donati", "luca.donati@contoso.com", "+39 02 7740 4555"},
		{"Carol Draper", "carol.draper@fabrikam.com", "+44 113 496 0123"},
		{"Brian Mercer", "brian.mercer@fabrikam.com", "+44 113 496 0456"},
		{"Claire Moreau", "claire.moreau@adatum.com", "+33 1 70 18 99 00"}};
	for (int i = 0; i < 60; i++) {
		size_t who = (size_t)(i * 7 % 5);
		st_buf_format(out,
			"{\"case_number\":\"SC-%06d\",\"opened\":\"%d-%02d-%02d\",\"name\":\"%s\",\"email\":\"%s\","
			"\"phone\":\"%s\",\"problem\":\"The export stops after %d minutes.\"}\n",
			104000 + i * 29, 2011 + i % 8, 1 + i % 12, 1 + i % 28, persons[who].name, persons[who].address,
			persons[who].phone, 5 + i);
	}
}

int portal_demo_files(const char *folder, struct st_error *err)
{
	static const char *const folders[] = {"support", "support/fabrikam", "support/contoso", "support/mail"};
	st_auto_buf struct st_buf cases = {0};
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		st_auto_free char *path = st_format("%s/%s", folder, folders[i]);
		if (mkdir(path, 0700) != 0) {
			st_fail_errno(err, ST_FATAL, "the demo's folders cannot be made");
			return -1;
		}
	}
	write_cases(&cases);
	const struct {
		const char *name;
		const void *data;
		size_t size;
	} files[] = {{"support/fabrikam/statement-of-work.txt", statement_of_work, sizeof statement_of_work - 1},
		{"support/contoso/invoice-2017-0442.txt", invoice, sizeof invoice - 1},
		{"support/mail/2018-09-03.eml", shared_mail, sizeof shared_mail - 1},
		{"support/hand-over.txt", review, sizeof review - 1}, {"support/cases.jsonl", cases.data, cases.size},
		{"about.json", about, sizeof about - 1}};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (write_file(folder, files[i].name, files[i].data, files[i].size, err) != 0)
			return -1;
	return 0;
}
