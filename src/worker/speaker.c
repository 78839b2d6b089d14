/* Words for either side, and own domains. */
#include "worker/speaker.h"

#include "worker/marking.h"

#include <string.h>

static const char *const agents[] = {"agent", "support", "operator", "staff", "engineer", "support engineer",
	"representative", "technician", "employee", "assistant", "helpdesk", "outbound", "outgoing", "agente",
	"operatore", "tecnico", "assistenza", "conseiller", "technicien", "mitarbeiter", "berater", "techniker",
	"soporte", "operador", "t\303\251cnico"};
static const char *const customers[] = {"customer", "client", "user", "end user", "end-user", "requester", "caller",
	"visitor", "contact", "inbound", "incoming", "cliente", "utente", "richiedente", "utilisateur", "demandeur",
	"kunde", "kundin", "benutzer", "anwender", "usuario", "solicitante"};

static bool is_one_of(struct st_span who, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (who.size > 0 && (who.data[0] | 0x20) == (uint8_t)list[i][0] && strlen(list[i]) == who.size &&
			strncasecmp((const char *)who.data, list[i], who.size) == 0)
			return true;
	return false;
}

static bool is_at(struct st_span host, const char *domain)
{
	size_t size = strlen(domain);
	if (host.size < size || strncasecmp((const char *)host.data + host.size - size, domain, size) != 0)
		return false;
	return host.size == size || host.data[host.size - size - 1] == '.';
}

enum speaker speaker_of(struct st_span who, const char *const *own_domains)
{
	if (is_one_of(who, agents, sizeof agents / sizeof agents[0]))
		return SPEAKER_AGENT;
	if (is_one_of(who, customers, sizeof customers / sizeof customers[0]))
		return SPEAKER_CUSTOMER;
	const uint8_t *sign = who.size > 0 ? memrchr(who.data, '@', who.size) : NULL;
	if (sign == NULL || own_domains == NULL || *own_domains == NULL)
		return SPEAKER_UNKNOWN;
	struct st_span host = {sign + 1, (size_t)(who.data + who.size - (sign + 1))};
	for (; *own_domains != NULL; own_domains++)
		if (is_at(host, *own_domains))
			return SPEAKER_AGENT;
	return host.size > 0 ? SPEAKER_CUSTOMER : SPEAKER_UNKNOWN;
}

const char *speaker_name(enum speaker speaker)
{
	return speaker == SPEAKER_UNKNOWN ? NULL : marking_speakers[speaker - SPEAKER_AGENT];
}
