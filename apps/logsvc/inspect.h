// Prints files that logsvc keeps, for people. Every part that can be read is printed; damage is
// reported where it is. Each function returns whether everything verified.
#pragma once

#include <string>
#include <string_view>

#include "os/file_system.h"

namespace logsvc::inspect {

bool print_chunk(FileSystem& files, const std::string& path, bool lines);
bool print_journal(const std::string& path, const std::string& bytes, bool lines);
bool print_index(const std::string& path);
bool print_deletions(const std::string& path, const std::string& bytes);

// Prints the lines below an agent's data directory that it set aside because a server refused them.
bool print_refused(FileSystem& files, const std::string& dir, bool lines);

// Makes text fit one line: control characters become
// , \t, \x01.
std::string printable(std::string_view text);
// "12.3 KiB".
std::string size_text(uint64_t bytes);
// "2026-01-02T13:00:00Z – 2026-01-02T13:05:00Z"
std::string span_text(int64_t first, int64_t last);

}  // namespace logsvc::inspect
