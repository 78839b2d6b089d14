/* What the shape of AWS gathers until the last file is read: ids and places, all texts interned in the model. */
#ifndef STAUNCH_AUDIT_AWS_H
#define STAUNCH_AUDIT_AWS_H

#include "audit/model.h"

struct aws_endpoint {
	const struct audit_word *private_address, *public_address; /* NULL: none, or not told */
	uint8_t family;
};

struct aws_interface {
	const struct audit_word *id, *name, *instance, *subnet, *vpc; /* but for the id NULL where not told */
	struct audit_place at;
	struct audit_words groups;
	bool groups_told, by_instance; /* by_instance: an instance names it, which says more */
	bool of_balancer;              /* of a Network Load Balancer, which keeps the addresses of clients */
	struct aws_endpoint *endpoints;
	uint32_t endpoint_count, endpoint_capacity;
};

/* A network ACL, or a route table. */
struct aws_table {
	const struct audit_word *id, *other,
		*vpc; /* ids of its groups: ingress and egress; of a route table the first */
	struct audit_words subnets;
	bool main; /* of subnets that name none */
};

struct aws_subnet {
	const struct audit_word *id, *vpc;
	struct audit_place at;
};

struct aws_address {
	const struct audit_word *public_address, *private_address, *interface, *instance;
};

struct aws_prefixes {
	const struct audit_word *id;
	struct audit_words entries;
};

struct audit_aws {
	struct aws_interface *interfaces;
	uint32_t interface_count, interface_capacity;
	struct aws_table *acls, *routes;
	uint32_t acl_count, acl_capacity, route_count, route_capacity;
	struct aws_subnet *subnets;
	uint32_t subnet_count, subnet_capacity;
	struct aws_address *addresses;
	uint32_t address_count, address_capacity;
	struct aws_prefixes *prefixes;
	uint32_t prefix_count, prefix_capacity;
	struct audit_words balanced; /* networks in which a public Network Load Balancer stands */
};

#endif
