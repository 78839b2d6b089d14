/* ip_address: what is one, byte for byte, and the versions, times, hardware addresses and programs that are none. */
#include "one_kind.h"

static const struct detect_options no_options;
#define CHECK_IPS(table) EXPECT_ALL(detector_ip_address, &no_options, table)

static void dotted_quads_are_found_without_port_and_prefix(void)
{
	static const struct finding table[] = {
		{"from «8.8.4.4» port 22", "8.8.4.4", 90, DETECT_PLAIN},
		{"«8.8.4.4»:443", "8.8.4.4", 90, DETECT_PLAIN},
		{"«10.0.0.0»/8", "10.0.0.0", 60, DETECT_PLAIN},
		{"http://«192.168.1.20»/index.html", "192.168.1.20", 60, DETECT_PLAIN},
		{"ip=«93.184.216.34».", "93.184.216.34", 90, DETECT_PLAIN},
		{"{\"ip\":\"«203.0.113.7»\"}", "203.0.113.7", 60, DETECT_PLAIN},
		{"«8.8.4.4»,«1.1.1.1»;«127.0.0.1»", "8.8.4.4 1.1.1.1 127.0.0.1", 0, DETECT_PLAIN},
		{"[«93.184.216.34»]", "93.184.216.34", 90, DETECT_PLAIN},
		{"«10.0.0.1»-«10.0.0.5»", "10.0.0.1 10.0.0.5", 60, DETECT_PLAIN},
		{"Connected to db.contoso.com/«93.184.216.34»:5432", "93.184.216.34", 90, DETECT_PLAIN},
		{"from «5.9.12.7», {\"clientIp\":\"«5.9.12.7»\"} «5.9.12.7»:80", "5.9.12.7 5.9.12.7 5.9.12.7", 90,
			DETECT_PLAIN},
		{"«5.9.12.7» - - [13/May/2026:10:33:12 +0200]", "5.9.12.7", 90, DETECT_PLAIN},
		{"client /«93.184.216.34»:49152 closed", "93.184.216.34", 90, DETECT_PLAIN},
		{"\\n«93.184.216.34»\\n", "93.184.216.34", 90, DETECT_PLAIN},
		{"«93.184.216.34» - - [13/May/2026:10:33:12 +0200] \"GET / HTTP/1.1\" 200", "93.184.216.34", 90,
			DETECT_PLAIN},
		{"«223.255.255.254» «172.16.0.1» «172.32.0.1»", "223.255.255.254 172.16.0.1 172.32.0.1", 0,
			DETECT_PLAIN},
		{"defanged «93[.]184[.]216[.]34»", "93.184.216.34", 90, DETECT_OBFUSCATED},
	};
	CHECK_IPS(table);
}

static void every_form_of_rfc_4291_is_found(void)
{
	static const struct finding table[] = {
		{"«2001:DB8:0:0:8:800:200C:417A»", "2001:db8::8:800:200c:417a", 60, DETECT_PLAIN},
		{"«2001:DB8::8:800:200C:417A»", "2001:db8::8:800:200c:417a", 60, DETECT_PLAIN},
		{"«FF01:0:0:0:0:0:0:101» «FF01::101»", "ff01::101 ff01::101", 60, DETECT_PLAIN},
		{"«0:0:0:0:0:0:0:1» or «::1»", "::1 ::1", 60, DETECT_PLAIN},
		{"«::FFFF:129.144.52.38»", "::ffff:129.144.52.38", 90, DETECT_PLAIN},
		{"«0:0:0:0:0:FFFF:129.144.52.38»", "::ffff:129.144.52.38", 90, DETECT_PLAIN},
		{"«2a00:1450:4001:81b::200e» port 443", "2a00:1450:4001:81b::200e", 90, DETECT_PLAIN},
		{"https://[«2a00:1450:4001:81b::200e»]:443/", "2a00:1450:4001:81b::200e", 90, DETECT_PLAIN},
		{"«2a00:1450::»/32", "2a00:1450::", 90, DETECT_PLAIN},
		{"«fe80::1ff:fe23:4567:890a»%eth0", "fe80::1ff:fe23:4567:890a", 60, DETECT_PLAIN},
		{"«fe80::1»%3", "fe80::1", 60, DETECT_PLAIN},
		{"listen [«::1»]:8080", "::1", 60, DETECT_PLAIN},
		{"«fd12:3456:789a:1::1», «ff02::2»", "fd12:3456:789a:1::1 ff02::2", 60, DETECT_PLAIN},
		{"«64:ff9b::192.0.2.33»", "64:ff9b::c000:221", 90, DETECT_PLAIN},
		{"connect to «2a00:1450:4001:81b::200e»: refused", "2a00:1450:4001:81b::200e", 90, DETECT_PLAIN},
		{"seen «2a00:1450:4001:81b::200e».", "2a00:1450:4001:81b::200e", 90, DETECT_PLAIN},
		{"src=«2a00:1450:4001:81b:0:0:0:200e»", "2a00:1450:4001:81b::200e", 90, DETECT_PLAIN},
		{"«::ffff:10.0.0.1»", "::ffff:10.0.0.1", 60, DETECT_PLAIN},
	};
	CHECK_IPS(table);
}

static void versions_and_numbers_are_no_addresses(void)
{
	static const struct finding table[] = {
		{"1.2.3.4.5 and 1.2.3 and 1.2", NULL, 0, DETECT_PLAIN},
		{"v1.2.3.4, version 1.2.3.4, Version: 4.0.0.0", NULL, 0, DETECT_PLAIN},
		{"Version=4.0.0.0, Culture=neutral", NULL, 0, DETECT_PLAIN},
		{"\"version\":\"10.2.0.4\"", NULL, 0, DETECT_PLAIN},
		{"AssemblyVersion(\"1.0.0.0\")", NULL, 0, DETECT_PLAIN},
		{"Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", NULL, 0, DETECT_PLAIN},
		{"openssl-1.1.1.1 libfoo_1.2.3.4 foo-1.2.3.4-beta", NULL, 0, DETECT_PLAIN},
		{"1.2.3.4-rc1 1.2.3.4beta", NULL, 0, DETECT_PLAIN},
		{"256.1.1.1 1.2.3.256 1.2.3.1000", NULL, 0, DETECT_PLAIN},
		{"01.02.03.04 010.0.0.1", NULL, 0, DETECT_PLAIN},
		{"4.3.2.1.in-addr.arpa", NULL, 0, DETECT_PLAIN},
		{"OID 1.3.6.1.4.1.311", NULL, 0, DETECT_PLAIN},
		{"0.0.0.0 255.255.255.0 255.255.255.255", NULL, 0, DETECT_PLAIN},
		{"12.05.2026 10:33", NULL, 0, DETECT_PLAIN},
		{"3.1.2.4 Installing the agent", NULL, 0, DETECT_PLAIN},
		{"section 3.1.2.4 says", NULL, 0, DETECT_PLAIN},
		{"1.234.567,89 EUR", NULL, 0, DETECT_PLAIN},
		{"dpkg (1.15.5.1) unstable; GIT 1.5.0.1; alsa-lib (1.2.1.1-1)", NULL, 0, DETECT_PLAIN},
		{"libxi (2:1.4.99.1-1) and 2.39.90.1-1", NULL, 0, DETECT_PLAIN},
		{"/opt/app/1.2.3.4/bin", NULL, 0, DETECT_PLAIN},
	};
	CHECK_IPS(table);
}

static void times_hardware_and_programs_are_no_addresses(void)
{
	static const struct finding table[] = {
		{"12:34:56 and 2026-05-13T10:33:12.123Z 1:2:3", NULL, 0, DETECT_PLAIN},
		{"00:1A:2B:3C:4D:5E", NULL, 0, DETECT_PLAIN},
		{"00:11:22:33:44:55:66:77", NULL, 0, DETECT_PLAIN},
		{"SHA256 aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99", NULL, 0, DETECT_PLAIN},
		{"std::string a::b dead::beef face::add e2::f4", NULL, 0, DETECT_PLAIN},
		{"p::before x[::2] x[::1] y::1 Foo::1", NULL, 0, DETECT_PLAIN},
		{":: and ::: and a: b", NULL, 0, DETECT_PLAIN},
		{"da39a3ee5e6b4b0d3255bfef95601890afd80709", NULL, 0, DETECT_PLAIN},
		{"ratio 16:9::4:3", NULL, 0, DETECT_PLAIN},
		{"2001:db8::1::2", NULL, 0, DETECT_PLAIN},
		{"1:2:3:4:5:6:7", NULL, 0, DETECT_PLAIN},
		{"1:2:3:4:5:6:7:8:9", NULL, 0, DETECT_PLAIN},
		{"12345::1", NULL, 0, DETECT_PLAIN},
		{"urn:uuid:550e8400-e29b-41d4-a716-446655440000", NULL, 0, DETECT_PLAIN},
		{"key:value:abc:def", NULL, 0, DETECT_PLAIN},
		{"", NULL, 0, DETECT_PLAIN},
	};
	CHECK_IPS(table);
}

int main(void)
{
	RUN(dotted_quads_are_found_without_port_and_prefix);
	RUN(every_form_of_rfc_4291_is_found);
	RUN(versions_and_numbers_are_no_addresses);
	RUN(times_hardware_and_programs_are_no_addresses);
	CHECK_END();
}
