// Printing of files that logsvc keeps, for people. Every part that can be read is printed; what
// does not verify is said where it is. Each returns whether all of it verified.
#pragma once

#include <string>
#include <string_view>

#include "os/file_system.h"

namespace logsvc::inspect {

bool print_chunk(FileSystem& files, const std::string& path, bool lines);
bool print_journal(const std::string& path, const std::string& bytes, bool lines);
bool print_index(const std::string& path);
bool print_deletions(const std::string& path, const std::string& bytes);

// The lines that an agent keeps aside since a server refused them, below its data directory.
bool print_refused(FileSystem& files, const std::string& dir, bool lines);

// For one line of text: control characters as \n, \t, \x01.
std::string printable(std::string_view text);
// "12.3 KiB".
std::string size_text(uint64_t bytes);
// "2026-01-02T13:00:00Z – 2026-01-02T13:05:00Z"
std::string span_text(int64_t first, int64_t last);

}  // namespace logsvc::inspect
