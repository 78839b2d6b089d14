/*
 * libarchive, where the program links it: the worker does. Others that hold our readers (redact, the C API) meet no
 * archive they may open, and do without: libarchive brings libxml2, ICU and the C++ runtime, whose loading was four
 * fifths of the time that `staunch detect` took to start. Weak references (ELF gABI, "Symbol Table"): without the
 * library each is NULL.
 */
#ifndef STAUNCH_EXTRACT_LIBARCHIVE_WEAK_H
#define STAUNCH_EXTRACT_LIBARCHIVE_WEAK_H

#include <archive.h>
#include <archive_entry.h>

#pragma weak archive_clear_error
#pragma weak archive_entry_filetype
#pragma weak archive_entry_hardlink
#pragma weak archive_entry_ino64
#pragma weak archive_entry_is_encrypted
#pragma weak archive_entry_pathname
#pragma weak archive_entry_size
#pragma weak archive_entry_size_is_set
#pragma weak archive_errno
#pragma weak archive_error_string
#pragma weak archive_filter_bytes
#pragma weak archive_read_data_block
#pragma weak archive_read_free
#pragma weak archive_read_has_encrypted_entries
#pragma weak archive_read_header_position
#pragma weak archive_read_new
#pragma weak archive_read_next_header
#pragma weak archive_read_open1
#pragma weak archive_read_set_callback_data
#pragma weak archive_read_set_options
#pragma weak archive_read_set_read_callback
#pragma weak archive_read_set_seek_callback
#pragma weak archive_read_set_skip_callback
#pragma weak archive_read_support_format_7zip
#pragma weak archive_read_support_format_ar
#pragma weak archive_read_support_format_cpio
#pragma weak archive_read_support_format_iso9660
#pragma weak archive_read_support_format_rar
#pragma weak archive_read_support_format_rar5
#pragma weak archive_set_error

#endif
