#include "probe/services.h"

extern const struct probe_service probe_azure_blob;
extern const struct probe_service probe_couchdb;
extern const struct probe_service probe_docker_registry;
extern const struct probe_service probe_elasticsearch;
extern const struct probe_service probe_etcd;
extern const struct probe_service probe_ftp;
extern const struct probe_service probe_gcs;
extern const struct probe_service probe_memcached;
extern const struct probe_service probe_mongodb;
extern const struct probe_service probe_mysql;
extern const struct probe_service probe_postgresql;
extern const struct probe_service probe_redis;
extern const struct probe_service probe_rsync;
extern const struct probe_service probe_s3;

static const struct probe_service *const services[] = {
	&probe_azure_blob,
	&probe_couchdb,
	&probe_docker_registry,
	&probe_elasticsearch,
	&probe_etcd,
	&probe_ftp,
	&probe_gcs,
	&probe_memcached,
	&probe_mongodb,
	&probe_mysql,
	&probe_postgresql,
	&probe_redis,
	&probe_rsync,
	&probe_s3,
};

const struct probe_service *probe_service_at(size_t index)
{
	return index < sizeof services / sizeof services[0] ? services[index] : NULL;
}

const struct probe_service *probe_service_named(const char *name)
{
	const struct probe_service *service;
	if (strcmp(name, "opensearch") == 0) /* it speaks its origin's language */
		name = probe_elasticsearch.name;
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (strcmp(service->name, name) == 0)
			return service;
	return NULL;
}

const struct probe_service *probe_service_of(const struct probe_target *target)
{
	const struct probe_service *service;
	if (target->service != NULL)
		return probe_service_named(target->service);
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (service->names != NULL && service->names(target))
			return service;
	return NULL;
}

const struct probe_service *probe_service_answering(const struct probe_answer *answer)
{
	const struct probe_service *service;
	for (size_t i = 0; answer->outcome == PROBE_ANSWERED && (service = probe_service_at(i)) != NULL; i++)
		if (service->answers != NULL && service->answers(answer))
			return service;
	return NULL;
}

const struct probe_service *probe_service_at_port(const struct probe_target *target)
{
	const struct probe_service *service;
	for (size_t i = 0; (service = probe_service_at(i)) != NULL; i++)
		if (!service->tcp && service->port != 0 && service->port == target->port)
			return service;
	return NULL;
}
