#include "agent/files/glob.h"

#include <algorithm>
#include <filesystem>

namespace logsvc::agent {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxAlternatives = 1000;

// Matches [abc], [a-z] or [^x] at pattern[at] and moves past it. Returns false for a malformed one
// too.
bool class_matches(std::string_view pattern, size_t& at, char c) {
  size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '^' || pattern[i] == '!');
  if (negated) ++i;
  bool found = false, first = true;
  for (; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    char low = pattern[i++];
    if (low == '\\' && i < pattern.size()) low = pattern[i++];
    char high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = pattern[i + 1];
      i += 2;
    }
    if (low <= c && c <= high) found = true;
  }
  if (i >= pattern.size()) return false;
  at = i + 1;
  return found != negated;
}

// Matches a pattern without braces. `**` as a whole name stands for any number of folders.
bool matches(std::string_view pattern, std::string_view path, int& steps) {
  if (--steps < 0) return false;
  size_t p = 0, t = 0;
  while (p < pattern.size()) {
    if (pattern.substr(p, 3) == "**/" && (p == 0 || pattern[p - 1] == '/')) {
      for (size_t from = t; from != std::string_view::npos && from <= path.size();) {
        if (matches(pattern.substr(p + 3), path.substr(from), steps)) return true;
        const size_t slash = path.find('/', from);
        from = slash == std::string_view::npos ? slash : slash + 1;
      }
      return false;
    }
    if (pattern[p] == '*') {
      size_t stars = 1;
      while (p + stars < pattern.size() && pattern[p + stars] == '*') ++stars;
      const bool folders =
          stars > 1 && p + stars == pattern.size() && (p == 0 || pattern[p - 1] == '/');
      for (size_t end = t; end <= path.size(); ++end) {
        if (matches(pattern.substr(p + stars), path.substr(end), steps)) return true;
        if (end < path.size() && path[end] == '/' && !folders) break;
      }
      return false;
    }
    if (t >= path.size()) return false;
    if (pattern[p] == '[') {
      if (path[t] == '/' || !class_matches(pattern, p, path[t])) return false;
    } else if (pattern[p] == '?') {
      if (path[t] == '/') return false;
      ++p;
    } else {
      if (pattern[p] == '\\' && p + 1 < pattern.size()) ++p;
      if (pattern[p] != path[t]) return false;
      ++p;
    }
    ++t;
  }
  return t == path.size();
}

// Returns the alternatives of {a,b{c,d}}.
std::vector<std::string> alternatives(const std::string& pattern) {
  const size_t open = pattern.find('{');
  if (open == std::string::npos) return {pattern};
  int depth = 0;
  std::vector<std::string> parts;
  size_t from = open + 1;
  for (size_t i = open; i < pattern.size(); ++i) {
    if (pattern[i] == '{') ++depth;
    if (pattern[i] == '}') --depth;
    const bool ends = pattern[i] == '}' && depth == 0;
    if (!ends && !(pattern[i] == ',' && depth == 1)) continue;
    parts.push_back(pattern.substr(from, i - from));
    from = i + 1;
    if (!ends) continue;
    std::vector<std::string> out;
    for (const std::string& part : parts) {
      for (std::string& one : alternatives(pattern.substr(0, open) + part + pattern.substr(from))) {
        out.push_back(std::move(one));
        if (out.size() > kMaxAlternatives) return out;
      }
    }
    return out;
  }
  return {pattern};
}

bool has_pattern(std::string_view name) {
  return name.find_first_of("*?[") != std::string_view::npos;
}

// Descends from `folder`, one name of the pattern at a time.
void walk(const std::string& folder, std::string_view rest, const std::string& pattern, int depth,
          size_t most, std::vector<std::string>& out) {
  if (out.size() >= most || depth > 64) return;
  const size_t slash = rest.find('/');
  const std::string_view name = rest.substr(0, slash);
  const bool last = slash == std::string_view::npos;
  std::error_code failure;
  if (!has_pattern(name)) {
    const std::string path = folder + std::string(name);
    if (last) {
      if (fs::is_regular_file(path, failure) || fs::is_fifo(path, failure)) out.push_back(path);
    } else {
      walk(path + "/", rest.substr(slash + 1), pattern, depth + 1, most, out);
    }
    return;
  }
  const bool deep = name == "**";
  if (deep && !last) walk(folder, rest.substr(slash + 1), pattern, depth + 1, most, out);
  for (fs::directory_iterator it(folder.empty() ? "." : folder,
                                 fs::directory_options::skip_permission_denied, failure),
       end;
       !failure && it != end && out.size() < most; it.increment(failure)) {
    const std::string path = folder + it->path().filename().string();
    std::error_code ignored;
    const bool is_folder = it->is_directory(ignored);
    if (deep) {
      if (is_folder && !it->is_symlink(ignored))
        walk(path + "/", rest, pattern, depth + 1, most, out);
      if (last && !is_folder) out.push_back(path);
      continue;
    }
    int steps = 10'000;
    if (!matches(name, it->path().filename().string(), steps)) continue;
    if (last && !is_folder) out.push_back(path);
    if (!last && is_folder) walk(path + "/", rest.substr(slash + 1), pattern, depth + 1, most, out);
  }
}

}  // namespace

bool glob_matches_path(std::string_view pattern, std::string_view path) {
  const std::vector<std::string> all = alternatives(std::string(pattern));
  return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
    int steps = 100'000;
    return matches(one, path, steps);
  });
}

std::vector<std::string> glob_files(const std::string& pattern, size_t most) {
  std::vector<std::string> out;
  std::error_code failure;
  if (fs::is_regular_file(pattern, failure) || fs::is_fifo(pattern, failure)) return {pattern};
  for (const std::string& one : alternatives(pattern)) {
    const bool absolute = one.starts_with('/');
    walk(absolute ? "/" : "", std::string_view(one).substr(absolute ? 1 : 0), one, 0, most, out);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace logsvc::agent
