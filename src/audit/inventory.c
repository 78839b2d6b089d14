/* Names join: of files by the end of their path, of interfaces and groups in store.c. */
#include "audit/inventory.h"

#include "audit/service.h"
#include "audit/shape.h"
#include "audit/text_config.h"

#include <ctype.h>
#include <stdlib.h>

bool audit_is_inventory(const struct audit_node *tree)
{
	return audit_is_text(audit_get(tree, "schema"), "staunch.inventory/1");
}

/* --- names --- */

static bool is_date(const uint8_t *text)
{
	static const char shape[] = "dddd-dd-dd";
	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == 'd' ? !isdigit(text[i]) : text[i] != '-')
			return false;
	return true;
}

static struct st_span last_part(struct st_span path)
{
	for (size_t at = path.size; at > 0; at--)
		if (path.data[at - 1] == '/')
			return (struct st_span){path.data + at, path.size - at};
	return path;
}

static bool is_separator(uint8_t byte)
{
	return byte == '-' || byte == '_' || byte == '.';
}

const struct audit_word *audit_undated(struct audit_model *model, struct st_span path)
{
	struct st_span name = last_part(path);
	for (size_t at = 0; at + 10 <= name.size; at++) {
		if (!is_date(name.data + at))
			continue;
		size_t before = (size_t)(name.data - path.data) + at, after = at + 10;
		if (at > 0 && is_separator(name.data[at - 1]))
			before--;
		else if (after < name.size && is_separator(name.data[after]))
			after++;
		st_auto_buf struct st_buf text = {0};
		st_buf_add(&text, path.data, before);
		st_buf_add(&text, name.data + after, name.size - after);
		return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, text.size});
	}
	return audit_intern(model, AUDIT_LITERAL, path);
}

/* Is the one the other, or its end from a '/' on? */
static bool names_file(const struct audit_word *path, const struct audit_word *wanted)
{
	if (wanted->size > path->size ||
		memcmp(path->text + path->size - wanted->size, wanted->text, wanted->size) != 0)
		return false;
	return wanted->size == path->size || path->text[path->size - wanted->size - 1] == '/';
}

/* --- one entry --- */

struct joining {
	struct audit_model *model;
	uint32_t file; /* of the inventory */
};

static struct audit_host *host_named(struct joining *joining, const struct audit_node *name)
{
	struct audit_model *model = joining->model;
	struct st_span text = audit_text(name);
	st_auto_free char *made =
		st_format("store:%.*s", (int)(text.size < 1024 ? text.size : 1024), (const char *)text.data);
	const struct audit_word *id = audit_intern(model, AUDIT_LITERAL, audit_span(made));
	for (uint32_t i = 0; i < model->host_count; i++)
		if (model->hosts[i].id == id)
			return &model->hosts[i];
	struct audit_host *host = AUDIT_PUSH(model->hosts, model->host_count, model->host_capacity);
	host->id = id;
	host->name = audit_intern(model, AUDIT_LITERAL, text);
	host->at = audit_place_of(joining->file, name);
	return host;
}

static void add_behind(struct audit_model *model, struct audit_host *host, const struct audit_node *behind)
{
	const struct audit_node *item = behind != NULL && behind->type == AUDIT_ARRAY ? behind->first : behind;
	for (; item != NULL; item = item == behind ? NULL : item->next)
		if (item->type == AUDIT_STRING && item->text.size > 0)
			audit_words_add(model, &host->behind, audit_intern(model, AUDIT_LITERAL, item->text));
}

static void doubt_host(struct audit_model *model, struct audit_host *host, const char *why)
{
	host->doubt = audit_intern(model, AUDIT_LITERAL, audit_span(why));
}

/* prefix: of each key; "" none. */
static void take_settings(
	struct audit_model *model, struct audit_config *config, const struct audit_settings *from, const char *prefix)
{
	for (uint32_t i = 0; i < from->count; i++) {
		const struct audit_word *key = from->items[i].key;
		st_auto_free char *whole = st_format("%s%s", prefix, key->text);
		if (prefix[0] != 0)
			key = audit_intern(model, AUDIT_LITERAL, audit_span(whole));
		audit_settings_add(&config->settings, key, from->items[i].value, from->items[i].at);
	}
}

/* What the command line or the environment sets stands in place of what the file says. */
static void override_settings(struct audit_model *model, struct audit_config *config, const struct audit_settings *by)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < config->settings.count; i++) {
		bool replaced = false;
		for (uint32_t j = 0; j < by->count; j++)
			replaced |= by->items[j].key == config->settings.items[i].key;
		if (!replaced)
			config->settings.items[kept++] = config->settings.items[i];
	}
	config->settings.count = kept;
	take_settings(model, config, by, "");
}

static void add_pseudo(
	struct joining *joining, struct audit_config *config, const char *key, const struct audit_node *node)
{
	const struct audit_word *value = audit_word_of(joining->model, node);
	if (value != NULL)
		audit_settings_add(&config->settings, audit_intern(joining->model, AUDIT_LITERAL, audit_span(key)),
			value, audit_place_of(joining->file, node));
}

static void note_format(struct audit_model *model, struct audit_config *config, const struct audit_config_file *file)
{
	static const char *const keys[AUDIT_FORMATS] = {[AUDIT_FORMAT_HBA] = "(hba)"};
	const char *key = keys[file->format] != NULL ? keys[file->format] : "(file)";
	audit_settings_add(&config->settings, audit_intern(model, AUDIT_LITERAL, audit_span(key)),
		audit_intern(model, AUDIT_LITERAL, audit_span("given")), (struct audit_place){file->file, 1});
}

static void take_file(
	struct audit_model *model, struct audit_config *config, struct audit_config_file *file, const char *prefix)
{
	bool first = config->settings.count == 0;
	file->joined = true;
	if (first || file->format != AUDIT_FORMAT_HBA)
		config->at = (struct audit_place){file->file, 1};
	note_format(model, config, file);
	take_settings(model, config, &file->settings, prefix);
}

/* False: it is not in the input. */
static bool join_file(
	struct audit_model *model, struct audit_config *config, const struct audit_node *name, const char *prefix)
{
	const struct audit_word *wanted = audit_undated(model, audit_text(name));
	bool found = false;
	for (uint32_t i = 0; i < model->config_file_count; i++) {
		if (!names_file(model->config_files[i].name, wanted))
			continue;
		take_file(model, config, &model->config_files[i], prefix);
		found = true;
	}
	return found;
}

/* The service an entry names, or the one its files are of. */
static const struct audit_service *service_of(struct joining *joining, const struct audit_node *entry)
{
	const struct audit_node *named = audit_get(entry, "service"), *files = audit_get(entry, "files");
	if (audit_given(named))
		return audit_service_named(audit_text(named));
	for (const struct audit_node *name = audit_given(files) ? files->first : NULL; name != NULL;
		name = name->next) {
		const struct audit_word *wanted = audit_undated(joining->model, audit_text(name));
		for (uint32_t i = 0; i < joining->model->config_file_count; i++)
			if (names_file(joining->model->config_files[i].name, wanted) &&
				joining->model->config_files[i].service != NULL)
				return joining->model->config_files[i].service;
	}
	return NULL;
}

static void join_files(struct joining *joining, struct audit_host *host, struct audit_config *config,
	const struct audit_node *files, const char *prefix)
{
	if (audit_given(files) && files->type != AUDIT_ARRAY)
		doubt_host(joining->model, host, "its files in the inventory are no list");
	for (const struct audit_node *name = audit_given(files) ? files->first : NULL; name != NULL; name = name->next)
		if (!join_file(joining->model, config, name, prefix))
			doubt_host(joining->model, host, "a file that its inventory names is not in the input");
}

static void join_config(struct joining *joining, struct audit_host *host, const struct audit_service *service,
	const struct audit_node *entry)
{
	struct audit_model *model = joining->model;
	const struct audit_node *files = audit_get(entry, "files"), *settings = audit_get(entry, "settings");
	struct audit_config *config = AUDIT_PUSH(host->configs, host->config_count, host->config_capacity);
	config->service = service;
	config->id = host->id;
	config->name = host->name;
	config->at = audit_place_of(joining->file, entry);
	join_files(joining, host, config, files, "");
	join_files(joining, host, config, audit_get(entry, "account_files"), "account.");
	if (audit_given(settings)) {
		struct audit_settings own = {0};
		audit_flatten(model, settings, "", joining->file, &own);
		override_settings(model, config, &own);
		audit_settings_free(&own);
	}
	add_pseudo(joining, config, AUDIT_VERSION_KEY, audit_get(entry, "version"));
	add_pseudo(joining, config, "(license)", audit_get(entry, "license"));
}

static void join_entry(struct joining *joining, const struct audit_node *entry)
{
	struct audit_model *model = joining->model;
	const struct audit_node *name = audit_get(entry, "store"), *files = audit_get(entry, "files");
	const struct audit_node *settings = audit_get(entry, "settings");
	if (entry->type != AUDIT_OBJECT || audit_text(name).size == 0) {
		audit_model_doubt(model, audit_span("inventory"), "an entry names no store",
			audit_place_of(joining->file, entry));
		return;
	}
	if (!audit_given(files) && !audit_given(settings))
		return; /* it says nothing of how the store is set up */
	struct audit_host *host = host_named(joining, name);
	add_behind(model, host, audit_get(entry, "behind"));
	const struct audit_service *service = service_of(joining, entry);
	if (service == NULL)
		doubt_host(model, host, "which service its files are of cannot be told");
	else
		join_config(joining, host, service, entry);
}

/* --- files by themselves --- */

static bool same_folder(const struct audit_word *a, const struct audit_word *b)
{
	struct st_span x = audit_word_span(a), y = audit_word_span(b);
	size_t left = x.size - last_part(x).size, right = y.size - last_part(y).size;
	return left == right && memcmp(x.data, y.data, left) == 0;
}

/* The other file of a service that has two, beside this one and the only one there. */
static struct audit_config_file *partner_of(struct audit_model *model, const struct audit_config_file *file)
{
	struct audit_config_file *found = NULL;
	for (uint32_t i = 0; i < model->config_file_count; i++) {
		struct audit_config_file *other = &model->config_files[i];
		if (other == file || other->joined || other->service != file->service ||
			(other->format == AUDIT_FORMAT_HBA) == (file->format == AUDIT_FORMAT_HBA) ||
			!same_folder(other->name, file->name))
			continue;
		if (found != NULL)
			return NULL;
		found = other;
	}
	return found;
}

static void add_alone(struct audit_model *model, struct audit_config_file *file)
{
	struct st_span name = last_part(audit_word_span(file->name));
	st_auto_free char *id = st_format("store:%s:%.*s", file->service->name,
		(int)(name.size < 1024 ? name.size : 1024), (const char *)name.data);
	struct audit_host *host = AUDIT_PUSH(model->hosts, model->host_count, model->host_capacity);
	struct audit_config *config = AUDIT_PUSH(host->configs, host->config_count, host->config_capacity);
	struct audit_config_file *partner = partner_of(model, file);
	host->id = audit_intern(model, AUDIT_LITERAL, audit_span(id));
	host->name = audit_intern(model, AUDIT_LITERAL, name);
	host->at = (struct audit_place){file->file, 1};
	config->service = file->service;
	config->id = host->id;
	config->name = host->name;
	take_file(model, config, file, "");
	if (partner != NULL)
		take_file(model, config, partner, "");
}

void audit_join_configs(struct audit_model *model, const struct audit_inventory *inventories, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct joining joining = {model, inventories[i].file};
		const struct audit_node *stores = audit_get(inventories[i].tree, "entries");
		if (!audit_given(stores) || stores->type != AUDIT_ARRAY)
			audit_model_doubt(model, audit_span("inventory"), "it has no list of entries",
				audit_place_of(inventories[i].file, inventories[i].tree));
		for (const struct audit_node *entry = audit_given(stores) ? stores->first : NULL; entry != NULL;
			entry = entry->next)
			join_entry(&joining, entry);
	}
	for (uint32_t i = 0; i < model->config_file_count; i++) {
		struct audit_config_file *file = &model->config_files[i];
		if (!file->joined && file->service != NULL)
			add_alone(model, file);
		else if (!file->joined)
			audit_model_doubt(model, last_part(audit_word_span(file->name)),
				"which service this is the configuration of cannot be told",
				(struct audit_place){file->file, 1});
	}
}
