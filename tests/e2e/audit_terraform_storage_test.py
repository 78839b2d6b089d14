"""Storage in plans of Terraform: a container that becomes public fails with its plan address; account, container and network each close
it; what is known only after apply never passes."""
import rig
from audit_terraform_test import audit, change, plan

ACCOUNT_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contosodata"
ACCOUNT, CONTAINER = "azurerm_storage_account.data", "azurerm_storage_container.backup"


def account(**more):
    return {"id": ACCOUNT_ID, "name": "contosodata", "resource_group_name": "g", "allow_nested_items_to_be_public": True,
        "public_network_access_enabled": True, "https_traffic_only_enabled": True, "network_rules": [], **more}


def container(access, name="backup", **more):
    return {"id": "https://contosodata.blob.core.windows.net/" + name, "name": name, "storage_account_name": "contosodata",
        "container_access_type": access, **more}


def stays(address, values):
    return change(address, values, values)


def told(answer):
    return [(r["store"], r["class"], r["verdict"], r["rights"], r["fails"]) for r in answer["exposures"] if r["verdict"] != "closed"]


def edits(row):
    return [(e["change"], e["rule"], e.get("address")) for e in row["opened_by"]["edits"]]


def a_container_that_becomes_public_names_its_plan_address():
    answer = audit(plan(stays(ACCOUNT, account()), change(CONTAINER, container("private"), container("container"))), rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal((row["class"], row["auth"], row["rights"], row["new"]), ("any", "none", ["list", "read"], True), "the row")
    rig.equal(edits(row), [("setting changed", "publicAccess", CONTAINER)], "what opened it")
    rig.equal([r.get("address") for r in row["admitted_by"] if "publicAccess" in r["rule"]], [CONTAINER], "what admits")
    answer = audit(plan(stays(ACCOUNT, account()), change(CONTAINER, container("container"), container("private"))), rig.OK)
    rig.equal(told(answer), [], "a container that is closed again")
    answer = audit(plan(stays(ACCOUNT, account()), change(CONTAINER, None, container("blob"))), rig.FOUND)
    rig.equal([(r[3], r[4]) for r in told(answer)], [(["read"], True)], "a new container whose blobs are public")


def an_account_that_permits_it_again_opens_its_containers():
    answer = audit(plan(change(ACCOUNT, account(allow_nested_items_to_be_public=False), account()), stays(CONTAINER, container("blob"))),
        rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal(edits(row), [("setting changed", "allowBlobPublicAccess", ACCOUNT)], "what opened it")


def each_of_account_container_and_network_closes_it():
    allowed = {"default_action": "Allow", "ip_rules": [], "bypass": ["AzureServices"]}
    office = {"default_action": "Deny", "ip_rules": ["203.0.113.0/24"], "bypass": ["AzureServices"]}
    for about, access, status, wanted in (({}, "container", rig.FOUND, ["any"]), ({}, "private", rig.OK, []),
            ({"allow_nested_items_to_be_public": False}, "container", rig.OK, []),
            ({"public_network_access_enabled": False}, "container", rig.OK, []),
            ({"network_rules": [allowed]}, "container", rig.FOUND, ["any"]),
            ({"network_rules": [office]}, "container", rig.OK, ["listed"])):
        answer = audit(plan(change(ACCOUNT, None, account(**about)), change(CONTAINER, None, container(access))), status)
        rig.equal([r[1] for r in told(answer)], wanted, "account with %r, container %s" % (about, access))


def network_rules_beside_the_account_count():
    rules = {"id": "x", "storage_account_id": ACCOUNT_ID, "default_action": "Deny", "ip_rules": ["203.0.113.0/24"]}
    open_rules = {**rules, "default_action": "Allow", "ip_rules": []}
    address = "azurerm_storage_account_network_rules.r"
    base = [stays(ACCOUNT, account()), stays(CONTAINER, container("container"))]
    rig.equal([r[1] for r in told(audit(plan(*base, stays(address, rules)), rig.OK))], ["listed"], "an office")
    answer = audit(plan(*base, change(address, rules, open_rules)), rig.FOUND)
    rig.check("defaultAction" in str([edits(r) for r in answer["exposures"] if r["fails"]]), "what opened it: %r" % answer["exposures"])


def what_is_known_after_apply_never_passes():
    for unknown, values in ((True, {}), ({"container_access_type": True}, container("x"))):
        values = {k: v for k, v in container("x").items() if k not in ("container_access_type",)}
        audit(plan(stays(ACCOUNT, account()), change(CONTAINER, None, values, {"container_access_type": True})), rig.INCOMPLETE)
    values = {k: v for k, v in account().items() if k != "allow_nested_items_to_be_public"}
    audit(plan(change(ACCOUNT, None, values, {"allow_nested_items_to_be_public": True}), change(CONTAINER, None, container("blob"))),
        rig.INCOMPLETE)


if __name__ == "__main__":
    rig.run_tests(a_container_that_becomes_public_names_its_plan_address, an_account_that_permits_it_again_opens_its_containers,
        each_of_account_container_and_network_closes_it, network_rules_beside_the_account_count, what_is_known_after_apply_never_passes)
