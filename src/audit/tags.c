/* A short list, read top to bottom. The page says what stands behind a tag, not who can send from there: that is judged
 * here, and in doubt a tag is shared. A tag that is not listed cannot be told. */
#include "audit/tags.h"

#include "audit/node.h"

#include <ctype.h>

static const struct {
	const char *name;
	enum audit_tag tag;
} tags[] = {
	{"*", AUDIT_TAG_ANY},
	{"Any", AUDIT_TAG_ANY},
	{"Internet", AUDIT_TAG_INTERNET},
	{"VirtualNetwork", AUDIT_TAG_PRIVATE},
	{"VIRTUAL_NETWORK", AUDIT_TAG_PRIVATE},
	{"AzureLoadBalancer", AUDIT_TAG_PRIVATE},
	{"AZURE_LOADBALANCER", AUDIT_TAG_PRIVATE},
	/* customers' machines and customers' code stand behind these */
	{"AzureCloud", AUDIT_TAG_SHARED},
	{"AppService", AUDIT_TAG_SHARED},
	{"AzureContainerAppsService", AUDIT_TAG_SHARED},
	{"AzureContainerRegistry", AUDIT_TAG_SHARED},
	{"AzureCognitiveSearch", AUDIT_TAG_SHARED},
	{"AzureConnectors", AUDIT_TAG_SHARED},
	{"AzureDataExplorerManagement", AUDIT_TAG_SERVICE},
	{"AzureDatabricks", AUDIT_TAG_SHARED},
	{"AzureDevOps", AUDIT_TAG_SHARED},
	{"AzureEventGrid", AUDIT_TAG_SHARED},
	{"AzureFrontDoor.Backend", AUDIT_TAG_SHARED},
	{"AzureFrontDoor.Frontend", AUDIT_TAG_SHARED},
	{"AzureIoTHub", AUDIT_TAG_SHARED},
	{"AzureMachineLearning", AUDIT_TAG_SHARED},
	{"AzureSignalR", AUDIT_TAG_SHARED},
	{"AzureWebPubSub", AUDIT_TAG_SHARED},
	{"ActionGroup", AUDIT_TAG_SHARED},
	{"ApplicationInsightsAvailability", AUDIT_TAG_SHARED},
	{"CognitiveServicesManagement", AUDIT_TAG_SHARED},
	{"CognitiveServicesFrontend", AUDIT_TAG_SHARED},
	{"DataFactory", AUDIT_TAG_SHARED},
	{"EventHub", AUDIT_TAG_SHARED},
	{"LogicApps", AUDIT_TAG_SHARED},
	{"PowerBI", AUDIT_TAG_SHARED},
	{"PowerPlatformInfra", AUDIT_TAG_SHARED},
	{"PowerPlatformPlex", AUDIT_TAG_SHARED},
	{"ServiceBus", AUDIT_TAG_SHARED},
	{"Sql", AUDIT_TAG_SHARED},
	{"Storage", AUDIT_TAG_SHARED},
	{"StreamAnalytics", AUDIT_TAG_SHARED},
	{"AzureCosmosDB", AUDIT_TAG_SHARED},
	{"AzureKeyVault", AUDIT_TAG_SHARED},
	{"Dynamics365ForMarketingEmail", AUDIT_TAG_SHARED},
	{"PowerQueryOnline", AUDIT_TAG_SHARED},
	/* whose customers choose where it sends requests to: bots, probes, runbooks */
	{"AzureBotService", AUDIT_TAG_SHARED},
	{"AzureTrafficManager", AUDIT_TAG_SHARED},
	{"GuestAndHybridManagement", AUDIT_TAG_SHARED},
	/* run by the vendor alone */
	{"AppConfiguration", AUDIT_TAG_SERVICE},
	{"AzureArcInfrastructure", AUDIT_TAG_SERVICE},
	{"AzureAttestation", AUDIT_TAG_SERVICE},
	{"AzureFrontDoor.FirstParty", AUDIT_TAG_SERVICE},
	{"LogicAppsManagement", AUDIT_TAG_SERVICE},
	{"MicrosoftContainerRegistry", AUDIT_TAG_SERVICE},
	{"StorageSyncService", AUDIT_TAG_SERVICE},
	{"ApiManagement", AUDIT_TAG_SERVICE},
	{"AppServiceManagement", AUDIT_TAG_SERVICE},
	{"AzureActiveDirectory", AUDIT_TAG_SERVICE},
	{"AzureActiveDirectoryDomainServices", AUDIT_TAG_SERVICE},
	{"AzureAdvancedThreatProtection", AUDIT_TAG_SERVICE},
	{"AzureBackup", AUDIT_TAG_SERVICE},
	{"AzureDigitalTwins", AUDIT_TAG_SERVICE},
	{"AzureInformationProtection", AUDIT_TAG_SERVICE},
	{"AzureMonitor", AUDIT_TAG_SERVICE},
	{"AzureOpenDatasets", AUDIT_TAG_SERVICE},
	{"AzurePlatformDNS", AUDIT_TAG_SERVICE},
	{"AzurePlatformIMDS", AUDIT_TAG_SERVICE},
	{"AzurePlatformLKM", AUDIT_TAG_SERVICE},
	{"AzureResourceManager", AUDIT_TAG_SERVICE},
	{"AzureSiteRecovery", AUDIT_TAG_SERVICE},
	{"AzureUpdateDelivery", AUDIT_TAG_SERVICE},
	{"BatchNodeManagement", AUDIT_TAG_SERVICE},
	{"DataFactoryManagement", AUDIT_TAG_SERVICE},
	{"Dynamics365BusinessCentral", AUDIT_TAG_SERVICE},
	{"GatewayManager", AUDIT_TAG_SERVICE},
	{"HDInsight", AUDIT_TAG_SERVICE},
	{"MicrosoftCloudAppSecurity", AUDIT_TAG_SERVICE},
	{"MicrosoftDefenderForEndpoint", AUDIT_TAG_SERVICE},
	{"ServiceFabric", AUDIT_TAG_SERVICE},
	{"SqlManagement", AUDIT_TAG_SERVICE},
	{"WindowsAdminCenter", AUDIT_TAG_SERVICE},
	{"WindowsVirtualDesktop", AUDIT_TAG_SERVICE},
};

/* ".westeurope": a region is letters and digits. */
static bool is_region(struct st_span text)
{
	if (text.size < 2 || text.data[0] != '.')
		return false;
	for (size_t i = 1; i < text.size; i++)
		if (!isalnum(text.data[i]))
			return false;
	return true;
}

bool audit_tag_holds(struct st_span tag, struct st_span part)
{
	if (audit_same(tag, part))
		return true;
	struct st_span front = {part.data, tag.size < part.size ? tag.size : part.size};
	return part.size > tag.size && audit_same(tag, front) &&
	       is_region((struct st_span){part.data + tag.size, part.size - tag.size});
}

enum audit_tag audit_tag_of(struct st_span name)
{
	if (name.size == 0 || (!isalpha(name.data[0]) && name.data[0] != '*')) /* a prefix, as most are */
		return AUDIT_TAG_NONE;
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		bool regions = tags[i].tag >= AUDIT_TAG_SHARED;
		if (audit_span_is(name, tags[i].name) || (regions && audit_tag_holds(audit_span(tags[i].name), name)))
			return tags[i].tag;
	}
	return AUDIT_TAG_NONE;
}
