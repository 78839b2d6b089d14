/*
 * Not a test by itself and never shipped: prints what GMime (LGPL, a tool of the tests only) sees in the mail named in
 * its argument, one line for each part that is no multipart: type, name and decoded bytes in base64, `-` for what there
 * is none of; for a message its decoded subject. Read by tests/e2e/mail_oracle_test.py.
 */
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>

static void put_base64(const void *data, size_t size)
{
	char *text = size > 0 ? g_base64_encode(data, size) : NULL;
	printf(" %s", text != NULL ? text : "-");
	g_free(text);
}

static void put_text(const char *text)
{
	put_base64(text, text != NULL ? strlen(text) : 0);
}

static void put_content(GMimeDataWrapper *content)
{
	GMimeStream *memory = g_mime_stream_mem_new();
	if (content != NULL)
		g_mime_data_wrapper_write_to_stream(content, memory);
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
	put_base64(bytes->data, bytes->len);
	g_object_unref(memory);
}

static void put_message(GMimeMessage *message);

static void put_entity(GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);
		for (int i = 0; i < g_mime_multipart_get_count(multipart); i++)
			put_entity(g_mime_multipart_get_part(multipart, i));
		return;
	}
	if (GMIME_IS_MESSAGE_PART(object) && g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) != NULL) {
		put_message(g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)));
		return;
	}
	char *name = g_mime_content_type_get_mime_type(type);
	const char *file = g_mime_object_get_content_disposition_parameter(object, "filename");
	printf("part %s", name);
	g_free(name);
	put_text(file != NULL && *file != 0 ? file : g_mime_object_get_content_type_parameter(object, "name"));
	put_content(GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL);
	printf("\n");
}

static void put_message(GMimeMessage *message)
{
	printf("message -");
	put_text(g_mime_message_get_subject(message));
	printf(" -\n");
	if (g_mime_message_get_mime_part(message) != NULL)
		put_entity(g_mime_message_get_mime_part(message));
}

int main(int count, char **arguments)
{
	int fd = count == 2 ? open(arguments[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return 2;
	g_mime_init();
	GMimeStream *stream = g_mime_stream_fs_new(fd);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	if (message == NULL)
		return 1;
	put_message(message);
	return 0;
}
