/*
 * Any bytes as the configuration of a service (the first byte says which): read, judged, told. Shares of one judgement
 * do not overlap, the same settings are judged the same, a fix that is told closes, and what is told comes through
 * encoding and decoding.
 */
#include "audit/document.h"
#include "audit/inventory.h"
#include "audit/service.h"
#include "audit/shape_s3.h"
#include "audit/tell.h"
#include "audit/text_config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const struct audit_service *const services[] = {&audit_elasticsearch, &audit_opensearch, &audit_kibana,
	&audit_mongodb, &audit_redis, &audit_postgresql, &audit_mysql, &audit_etcd, &audit_couchdb, &audit_s3};

static void look_at(const struct audit_config *config)
{
	struct audit_judgement one, two;
	audit_judge(config, &one);
	audit_judge(config, &two);
	must(one.count == two.count);
	for (uint32_t i = 0; i < one.count; i++) {
		must(audit_set_equal(&one.shares[i].sources, &two.shares[i].sources));
		must(audit_share_verdict(&one.shares[i]) == audit_share_verdict(&two.shares[i]));
		must(one.shares[i].reason.size > 0);
		for (uint32_t j = 0; j < i; j++)
			must(!audit_set_meets(&one.shares[i].lines, &one.shares[j].lines) ||
				!audit_set_meets(&one.shares[i].sources, &one.shares[j].sources));
	}
	audit_judgement_free(&one);
	audit_judgement_free(&two);
}

static void tell(struct audit_model *model)
{
	struct audit_result result = {0}, again = {0};
	struct st_error err = {0};
	st_auto_buf struct st_buf bytes = {0}, copy = {0};
	must(audit_tell(model, NULL, &result, NULL, &err) == ST_OK);
	audit_result_encode(&result, &bytes, NULL);
	must(audit_result_decode((struct st_span){bytes.data, bytes.size}, 1, &again, &err) == ST_OK);
	audit_result_encode(&again, &copy, NULL);
	must(copy.size == bytes.size && memcmp(copy.data, bytes.data, copy.size) == 0);
	audit_result_free(&result);
	audit_result_free(&again);
}

static bool read_config(struct audit_model *model, struct st_span text, struct audit_config_file *file)
{
	struct st_error err = {0};
	enum audit_format format = AUDIT_FORMAT_TREE;
	if (file->service != &audit_s3) {
		bool good = audit_read_text(model, text, 0, &format, &file->settings, &err) == ST_OK;
		file->format = format;
		return good;
	}
	struct audit_pool pool = {0};
	struct audit_node *tree;
	struct st_span list;
	struct audit_document *document = audit_document_open(-1, text, &pool);
	bool good = audit_document_next(document, &tree, &list, &err) == AUDIT_WHOLE &&
		    audit_shape_s3(model, tree, 0, &file->settings);
	file->format = format;
	audit_document_close(document);
	audit_pool_free(&pool);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_model model = {0};
	struct audit_config_file file = {0};
	if (size < 1 || size > 8192)
		return 0;
	file.service = services[data[0] % (sizeof services / sizeof services[0])];
	file.name = audit_undated(&model, audit_span("folder/input-2019-12-05.conf"));
	if (read_config(&model, (struct st_span){data + 1, size - 1}, &file)) {
		*AUDIT_PUSH(model.config_files, model.config_file_count, model.config_file_capacity) = file;
		audit_join_configs(&model, NULL, 0);
		for (uint32_t i = 0; i < model.host_count; i++)
			look_at(&model.hosts[i].configs[0]);
		tell(&model);
	} else {
		audit_settings_free(&file.settings);
	}
	audit_model_free(&model);
	return 0;
}
