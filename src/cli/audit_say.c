/* What SARIF and JUnit say of a row, in one sentence each; both are for machines that show sentences to people. */
#include "base/print.h"
#include "cli/audit.h"

void audit_say_ports(struct st_buf *out, const struct audit_exposure *exposure)
{
	st_buf_format(out, "%s", audit_protocol_name(exposure->protocol));
	if (exposure->protocol > AUDIT_PROTOCOL_UDP)
		return;
	for (uint32_t i = 0; i < exposure->port_count; i++) {
		struct audit_range range = exposure->ports[i];
		st_buf_format(out, i == 0 ? " " : ",");
		if (range.low == 0 && range.high == 65535)
			st_buf_format(out, "all");
		else if (range.low == range.high)
			st_buf_format(out, "%u", (unsigned)range.low);
		else
			st_buf_format(out, "%u-%u", (unsigned)range.low, (unsigned)range.high);
	}
}

void audit_say_rule(struct st_buf *out, const struct audit_rule_at *rule)
{
	if (rule->priority >= 0 && rule->cloud == AUDIT_CLOUD_AZURE) /* names of others say it */
		st_buf_format(out, "rule %d ", (int)rule->priority);
	else if (!rule->setting)
		st_buf_format(out, "rule ");
	st_escape_text(out, rule->rule.data, rule->rule.size);
}

static void say_rules(const struct audit_exposure *exposure, struct st_buf *out)
{
	for (uint32_t i = 0; i < exposure->admitted_count; i++) {
		st_buf_format(out, i == 0 ? " by " : i + 1 == exposure->admitted_count ? " and " : ", ");
		audit_say_rule(out, &exposure->admitted_by[i]);
		if (exposure->admitted_by[i].address.size == 0)
			continue;
		st_buf_format(out, " (");
		st_escape_text(out, exposure->admitted_by[i].address.data, exposure->admitted_by[i].address.size);
		st_buf_format(out, ")");
	}
}

static void say_witness(const struct audit_exposure *exposure, struct st_buf *out)
{
	if (exposure->witness.source.size == 0)
		return;
	st_buf_format(out, " Witness: ");
	st_escape_text(out, exposure->witness.source.data, exposure->witness.source.size);
	st_buf_format(out, " %s", audit_protocol_name(exposure->witness.protocol));
	if (exposure->witness.destination_port >= 0)
		st_buf_format(out, " %d", exposure->witness.destination_port);
	st_buf_format(out, ", replayed and admitted.");
}

static void say_exception(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out)
{
	if (exposure->excepted == AUDIT_NOT_EXCEPTED)
		return;
	const struct audit_exception_told *told = &run->result.exceptions[exposure->exception];
	st_buf_format(out, exposure->excepted == AUDIT_EXCEPTED ? " Excepted until " : " The exception expired on ");
	st_escape_text(out, told->until.data, told->until.size);
	st_buf_format(out, " (");
	st_escape_text(out, told->owner.data, told->owner.size);
	st_buf_format(out, ": ");
	st_escape_text(out, told->reason.data, told->reason.size);
	st_buf_format(out, ").");
}

void audit_say(const struct audit_run *run, const struct audit_exposure *exposure, struct st_buf *out)
{
	bool doubt = exposure->verdict == AUDIT_CANNOT_TELL;
	st_escape_text(out, exposure->store.data, exposure->store.size);
	st_buf_format(out, ": ");
	audit_say_ports(out, exposure);
	st_buf_format(out, " %s to %s source%s on the internet",
		doubt                             ? "may be open"
		: exposure->verdict == AUDIT_OPEN ? "is open"
						  : "is closed",
		exposure->class == AUDIT_ANY ? "any" : audit_class_name(exposure->class),
		exposure->class == AUDIT_ANY ? "" : "s");
	say_rules(exposure, out);
	st_buf_format(out, "; authentication %s.", audit_auth_name(exposure->auth));
	if (exposure->reason.size > 0) {
		st_buf_format(out, " It cannot be told because ");
		st_escape_text(out, exposure->reason.data, exposure->reason.size);
		st_buf_format(out, ".");
	}
	say_witness(exposure, out);
	say_exception(run, exposure, out);
}
