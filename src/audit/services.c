/* The table of services. */
#include "audit/service.h"

#include <string.h>

static const struct audit_service *const services[] = {
	&audit_azure_blob,
	&audit_elasticsearch,
	&audit_opensearch,
	&audit_kibana,
	&audit_mongodb,
	&audit_redis,
	&audit_postgresql,
	&audit_mysql,
	&audit_etcd,
	&audit_couchdb,
	&audit_s3,
};

const struct audit_service *audit_service_named(struct st_span name)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (audit_span_is(name, services[i]->name))
			return services[i];
	return NULL;
}

static bool is_its(const struct audit_service *service, const char *key)
{
	for (const char *const *known = service->keys; *known != NULL; known++) {
		size_t size = strlen(*known);
		if ((*known)[size - 1] == '.' ? strncmp(key, *known, size) == 0 : strcmp(key, *known) == 0)
			return true;
	}
	return false;
}

const struct audit_service *audit_service_of(enum audit_format format, const struct audit_settings *settings)
{
	const struct audit_service *best = NULL;
	uint32_t most = 0;
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		uint32_t count = 0;
		for (uint32_t j = 0; j < settings->count && (services[i]->formats & 1u << format); j++)
			count += is_its(services[i], settings->items[j].key->text);
		if (count > most) {
			best = services[i];
			most = count;
		}
	}
	return best;
}
