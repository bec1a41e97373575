#include "agent/files/positions_file.h"

#include <algorithm>
#include <charconv>

#include "base/json_text.h"
#include "config/yaml.h"

namespace logsvc::agent {

namespace {

constexpr char kCursor[] = "cursor-";

template <typename Number>
bool parse_number(const std::string& text, Number& out) {
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, out);
  return failure == std::errc() && end == last;
}

void append_entry(const std::string& name, const std::string& value, std::string& out) {
  out += "  ";
  if (name.find_first_of(":#\"'\\{}[],&*?|<>=!%@`\n\t") == std::string::npos) {
    out += name;
  } else {
    append_json_string(out, name, JsonEscapes::kGo);  // every JSON string is a YAML string
  }
  out += ": ";
  append_json_string(out, value, JsonEscapes::kGo);
  out += '\n';
}

}  // namespace

Result<PromtailPositions> read_positions_file(FileSystem& files, const std::string& path) {
  PromtailPositions out;
  if (!files.exists(path)) return out;
  ASSIGN_OR_RETURN(const std::string text, files.read_all(path));
  ASSIGN_OR_RETURN(const config::YamlNode root, config::parse_yaml(path, text));
  if (root.is_null()) return out;
  const config::YamlNode* positions = root.find("positions");
  if (!root.is_map() || (positions && !positions->is_map() && !positions->is_null())) {
    return invalid(path + ": not a positions file of Promtail");
  }
  if (!positions) return out;
  for (const auto& [name, value] : positions->members) {
    uint64_t offset = 0;
    if (name.text.starts_with('/')) {
      if (parse_number(value.text, offset)) out.offsets[name.text] = offset;
    } else {
      out.others[name.text] = value.text;
    }
  }
  return out;
}

Status write_positions_file(FileSystem& files, const std::string& path,
                            const PromtailPositions& positions) {
  std::string text = "positions:\n";
  for (const auto& [name, offset] : positions.offsets)
    append_entry(name, std::to_string(offset), text);
  for (const auto& [name, value] : positions.others) append_entry(name, value, text);
  return files.replace(path, text);
}

int64_t promtail_cursor(const PromtailPositions& positions, const std::string& container_id) {
  const auto found = positions.others.find(kCursor + container_id);
  int64_t seconds = 0;
  if (found == positions.others.end() || !parse_number(found->second, seconds)) return 0;
  return std::max<int64_t>(seconds, 0);
}

}  // namespace logsvc::agent
