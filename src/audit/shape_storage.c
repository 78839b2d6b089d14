/* Resources into settings; containers wait for their account, which may stand in a later file. */
#include "audit/shape_storage.h"

#include "audit/config.h"
#include "audit/service.h"
#include "audit/shape.h"

#include <stdlib.h>
#include <strings.h>

#define ACCOUNTS "Microsoft.Storage/storageAccounts"
#define CONTAINERS "Microsoft.Storage/storageAccounts/blobServices/containers"

struct taking {
	struct audit_model *model;
	struct audit_settings *settings;
	uint32_t file;
	const struct audit_word *address; /* in a plan; NULL */
};

/* One value; null is "", which is not the same as absent. */
static void add(struct taking *to, const char *key, const struct audit_node *node)
{
	static const char *const names[] = {[AUDIT_NULL] = "", [AUDIT_FALSE] = "false", [AUDIT_TRUE] = "true"};
	if (node == NULL)
		return;
	const struct audit_word *word = audit_word_of(to->model, node);
	if (word == NULL && node->type <= AUDIT_TRUE)
		word = audit_intern(to->model, AUDIT_LITERAL, audit_span(names[node->type]));
	if (word == NULL) /* a list or an object where there should be a value */
		word = audit_intern(to->model, AUDIT_UNRESOLVED, audit_span("(no value)"));
	audit_settings_add(to->settings, audit_intern(to->model, AUDIT_LITERAL, audit_span(key)), word,
		audit_place_of(to->file, node));
	to->settings->items[to->settings->count - 1].address = to->address;
}

static const struct audit_node *property(const struct audit_node *resource, const char *key)
{
	const struct audit_node *found = audit_get(audit_get(resource, "properties"), key);
	return found != NULL ? found : audit_get(resource, key);
}

static bool type_is(const struct audit_node *resource, const char *type)
{
	return audit_span_is(audit_text(audit_get(resource, "type")), type);
}

/* Addresses of the rules: {"value"}, or {"ipAddressOrRange"} as az has it. */
static void add_network(struct taking *to, const struct audit_node *acls)
{
	const struct audit_node *rules = audit_get(acls, "ipRules");
	if (acls->type != AUDIT_OBJECT) {
		add(to, "networkAcls.defaultAction", acls);
		return;
	}
	add(to, "networkAcls.defaultAction", audit_get(acls, "defaultAction"));
	if (audit_given(rules) && rules->type != AUDIT_ARRAY)
		add(to, "networkAcls.ipRules", rules);
	for (const struct audit_node *rule = audit_given(rules) ? rules->first : NULL; rule != NULL;
		rule = rule->next) {
		const struct audit_node *value = audit_get(rule, "value");
		if (value == NULL)
			value = audit_get(rule, "ipAddressOrRange");
		add(to, "networkAcls.ipRules", value != NULL ? value : rule);
	}
}

static void mark(struct taking *to, const char *key, const struct audit_node *at)
{
	struct audit_node node = {.type = AUDIT_TRUE, .line = at->line};
	add(to, key, &node);
}

static const struct audit_word *id_of(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	const struct audit_word *id = audit_word_of(model, audit_get(resource, "id"));
	if (id != NULL && id->kind == AUDIT_LITERAL && id->size > 0)
		return id;
	struct st_span name = audit_text(audit_get(resource, "name")), type = audit_text(audit_get(resource, "type"));
	st_auto_free char *made = st_format("/file/%u/line/%u/providers/%.*s/%.*s", (unsigned)file,
		(unsigned)resource->line, (int)(type.size < 128 ? type.size : 128), (const char *)type.data,
		(int)(name.size < 256 ? name.size : 256), (const char *)name.data);
	return audit_intern(model, AUDIT_LITERAL, audit_span(made));
}

static void take_account(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	static const char *const kept[] = {"allowBlobPublicAccess", "publicNetworkAccess", "creationTime"};
	struct audit_config *account = AUDIT_PUSH(model->accounts, model->account_count, model->account_capacity);
	struct taking to = {model, &account->settings, file, audit_azure_address(model, resource)};
	account->service = &audit_azure_blob;
	account->id = id_of(model, resource, file);
	account->name = audit_intern(model, AUDIT_LITERAL, audit_id_name(audit_word_span(account->id)));
	account->at = audit_place_of(file, resource);
	mark(&to, "(account)", resource);
	if (audit_get(resource, "(template)") != NULL)
		mark(&to, "(template)", resource);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		add(&to, kept[i], property(resource, kept[i]));
	const struct audit_node *https = property(resource, "supportsHttpsTrafficOnly");
	add(&to, "supportsHttpsTrafficOnly",
		https != NULL ? https : property(resource, "enableHttpsTrafficOnly")); /* az names it so */
	const struct audit_node *acls = property(resource, "networkAcls");
	if (!audit_given(acls))
		acls = property(resource, "networkRuleSet");
	if (audit_given(acls))
		add_network(&to, acls);
}

/* What stands before "/blobServices/" in the id. */
static const struct audit_word *account_of(struct audit_model *model, const struct audit_word *id)
{
	static const char part[] = "/blobServices/";
	struct st_span text = audit_word_span(id);
	for (size_t at = 0; at + sizeof part - 1 <= text.size; at++)
		if (strncasecmp((const char *)text.data + at, part, sizeof part - 1) == 0)
			return audit_intern(model, AUDIT_LITERAL, (struct st_span){text.data, at});
	return NULL;
}

static void take_container(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	struct audit_container *container =
		AUDIT_PUSH(model->containers, model->container_count, model->container_capacity);
	struct taking to = {model, &container->config.settings, file, audit_azure_address(model, resource)};
	const struct audit_word *id = id_of(model, resource, file);
	container->account = account_of(model, id);
	container->config.service = &audit_azure_blob;
	container->config.id = id;
	container->config.name = audit_intern(model, AUDIT_LITERAL, audit_id_name(audit_word_span(id)));
	container->config.at = audit_place_of(file, resource);
	if (audit_get(resource, "(conditional)") != NULL)
		mark(&to, "(conditional)", resource);
	add(&to, "publicAccess", property(resource, "publicAccess"));
}

/* `az storage container list` asks the account itself, and names neither type nor account. */
static bool is_data_plane(const struct audit_node *resource)
{
	const struct audit_node *properties = audit_get(resource, "properties");
	return audit_get(resource, "type") == NULL && audit_get(resource, "name") != NULL &&
	       audit_get(properties, "publicAccess") != NULL &&
	       (audit_get(properties, "etag") != NULL || audit_get(properties, "lease") != NULL);
}

bool audit_shape_storage(struct audit_model *model, const struct audit_node *resource, uint32_t file)
{
	bool lone = audit_get(resource, "type") == NULL && audit_get(resource, "name") != NULL &&
		    audit_get(resource, "allowBlobPublicAccess") != NULL;
	if (type_is(resource, ACCOUNTS) || lone)
		take_account(model, resource, file);
	else if (type_is(resource, CONTAINERS) || is_data_plane(resource))
		take_container(model, resource, file);
	else
		return false;
	model->recognised++;
	return true;
}

/* --- joined --- */

static const struct audit_config *find_account(const struct audit_model *model, const struct audit_word *id)
{
	for (uint32_t i = 0; i < model->account_count && id != NULL; i++)
		if (audit_same_id(model->accounts[i].id, id))
			return &model->accounts[i];
	return NULL;
}

static void add_host(struct audit_model *model, const struct audit_config *from, const struct audit_word *name)
{
	struct audit_host *host = AUDIT_PUSH(model->hosts, model->host_count, model->host_capacity);
	host->id = from->id;
	host->name = name;
	host->at = from->at;
	struct audit_config *config = AUDIT_PUSH(host->configs, host->config_count, host->config_capacity);
	*config = *from;
	config->name = name;
}

static const struct audit_word *full_name(
	struct audit_model *model, const struct audit_word *account, const struct audit_word *name)
{
	struct st_span id = audit_word_span(account);
	struct st_span front = account != NULL ? audit_id_name(id) : audit_span("?");
	st_auto_free char *text =
		st_format("%.*s/%s", (int)(front.size < 256 ? front.size : 256), (const char *)front.data, name->text);
	return audit_intern(model, AUDIT_LITERAL, audit_span(text));
}

static void finish_container(struct audit_model *model, struct audit_container *container, bool *has_containers)
{
	const struct audit_config *account = find_account(model, container->account);
	for (uint32_t i = 0; account != NULL && i < account->settings.count; i++) {
		const struct audit_setting *from = &account->settings.items[i];
		audit_settings_add(&container->config.settings, from->key, from->value, from->at);
		container->config.settings.items[container->config.settings.count - 1].address = from->address;
	}
	if (account != NULL)
		has_containers[account - model->accounts] = true;
	add_host(model, &container->config,
		full_name(model, account != NULL ? account->id : container->account, container->config.name));
	container->config.settings = (struct audit_settings){0}; /* the host has them */
}

void audit_shape_storage_finish(struct audit_model *model)
{
	st_auto_free bool *has_containers = st_alloc_zero(model->account_count + 1, sizeof *has_containers);
	for (uint32_t i = 0; i < model->container_count; i++)
		finish_container(model, &model->containers[i], has_containers);
	for (uint32_t i = 0; i < model->account_count; i++) {
		struct audit_config *account = &model->accounts[i];
		if (has_containers[i]) {
			audit_settings_free(&account->settings);
			continue;
		}
		struct audit_node node = {.type = AUDIT_TRUE, .line = account->at.line};
		struct taking to = {.model = model, .settings = &account->settings, .file = account->at.file};
		mark(&to, "(containers)", &node);
		add_host(model, account, account->name);
		account->settings = (struct audit_settings){0};
	}
	model->container_count = model->account_count = 0;
}
