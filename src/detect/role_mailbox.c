/*
 * Mailboxes that belong to a task and not to a person: the names of RFC 2142, and those that organizations use in
 * English, Italian, French, German and Spanish. Anything behind '+' and a number at the end do not matter.
 */
#include "detect/detect.h"

#include <stdlib.h>

/* Sorted by bytes: searched in halves. Dots, dashes and underscores are left out on both sides. */
static const char *const names[] = {"abo", "abonnement", "abuse", "accounting", "accounts", "accueil", "acquisti",
	"admin", "administracion", "administration", "administrator", "amministrazione", "anfrage", "anmeldung",
	"answers", "antwort", "apply", "archiv", "archive", "assistance", "assistenza", "atencion", "atencionalcliente",
	"auskunft", "automailer", "autoreply", "autoresponder", "ayuda", "beratung", "bestellung", "bestellungen",
	"bewerbung", "billing", "booking", "bookings", "bounce", "bounces", "buchhaltung", "buchung", "candidature",
	"career", "careers", "clientes", "clienti", "clients", "comercial", "commandes", "commerciale", "communication",
	"compliance", "compras", "comptabilite", "comunicacion", "comunicazione", "contabilidad", "contabilita",
	"contact", "contactez", "contacto", "contactus", "contatti", "contatto", "copyright", "customercare",
	"customerservice", "customersupport", "cyberabuse", "daemon", "dataprotection", "datenschutz", "demandes",
	"devnull", "direccion", "direction", "direzione", "dns", "donotreply", "dpo", "einkauf", "empfang", "empleo",
	"emploi", "enquiries", "enquiry", "events", "facturacion", "facturation", "factures", "fatturazione", "fatture",
	"feedback", "ftp", "gdpr", "geschaeftsfuehrung", "hallo", "hello", "help", "helpdesk", "hilfe", "hostmaster",
	"hr", "info", "infodesk", "informacion", "information", "informations", "informazioni", "inquiries", "invoice",
	"invoices", "iscrizioni", "itsupport", "jobs", "kontakt", "kundendienst", "kundenservice", "lavoraconnoi",
	"lavoro", "legal", "list", "listadmin", "lists", "listserv", "mail", "mailer", "mailerdaemon", "mailing",
	"mailman", "majordomo", "marketing", "media", "nepasrepondre", "news", "newsletter", "newsletters",
	"nichtantworten", "noanswer", "nobody", "noc", "nonrispondere", "noreplies", "noreply", "norespond",
	"noresponder", "nospam", "notification", "notifications", "notifiche", "notify", "office", "order", "orders",
	"ordini", "owner", "pec", "pedidos", "personalabteilung", "personale", "post", "posta", "postfach",
	"postmaster", "prenotazioni", "prensa", "press", "presse", "privacy", "protocollo", "recepcion", "reception",
	"rechnung", "rechnungen", "rechnungswesen", "reclamations", "recruiting", "recruitment", "recrutement",
	"redaccion", "redaction", "redaktion", "redazione", "registrar", "reply", "request", "reservas", "reservation",
	"reservations", "reservierung", "root", "rrhh", "sales", "secretaria", "secretariat", "security", "segreteria",
	"sekretariat", "service", "serviceclient", "services", "servicio", "servizioclienti", "sistemi", "smtp",
	"soporte", "spam", "staff", "stampa", "stellenangebote", "subscribe", "support", "sysadmin", "system", "team",
	"technik", "tickets", "trouble", "uce", "ufficio", "ufficiostampa", "undisclosedrecipients", "unsubscribe",
	"usenet", "uucp", "vendite", "ventas", "vente", "ventes", "verkauf", "vertrieb", "verwaltung", "webmaster",
	"webteam", "welcome", "whois", "www"};

static int compare(const void *wanted, const void *entry)
{
	return strcmp(wanted, *(const char *const *)entry);
}

bool detect_is_role_mailbox(struct st_span local_part)
{
	char name[32];
	size_t size = 0;
	for (size_t i = 0; i < local_part.size && local_part.data[i] != '+'; i++) {
		uint8_t byte = local_part.data[i];
		if (byte == '.' || byte == '-' || byte == '_')
			continue;
		if (size + 1 == sizeof name)
			return false;
		name[size++] = (char)byte;
	}
	while (size > 1 && (unsigned)name[size - 1] - '0' < 10)
		size--;
	name[size] = 0;
	return bsearch(name, names, sizeof names / sizeof names[0], sizeof names[0], compare) != NULL;
}
