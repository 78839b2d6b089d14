#include "portal/kind_names.h"

#include "detect/detect.h"

const char *kind_name(unsigned kind)
{
	static const char *const names[DETECT_KINDS] = {
		[DETECT_EMAIL_ADDRESS] = "email_address",
		[DETECT_PHONE_NUMBER] = "phone_number",
		[DETECT_PERSON_NAME] = "person_name",
		[DETECT_ORGANIZATION_NAME] = "organization_name",
		[DETECT_POSTAL_ADDRESS] = "postal_address",
		[DETECT_IP_ADDRESS] = "ip_address",
		[DETECT_PAYMENT_CARD] = "payment_card",
		[DETECT_IBAN] = "iban",
		[DETECT_NATIONAL_ID] = "national_id",
		[DETECT_VAT_NUMBER] = "vat_number",
		[DETECT_CASE_NUMBER] = "case_number",
		[DETECT_URL] = "url",
		[DETECT_SECRET] = "secret",
		[DETECT_DATE_OF_BIRTH] = "date_of_birth",
	};
	return kind < DETECT_KINDS ? names[kind] : "unknown";
}
