// Finds files by pattern: * and ? inside a name, [a-z] and {one,two}, ** for any number of folders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc::agent {

// Returns at most `most` existing files (not folders) whose path matches, sorted. A path without
// wildcards gives itself if it exists.
std::vector<std::string> glob_files(const std::string& pattern, size_t most = 100'000);
// Returns whether the whole path matches.
bool glob_matches_path(std::string_view pattern, std::string_view path);

}  // namespace logsvc::agent
