#include "masking/rules_reader.h"

#include <algorithm>

#include "config/yaml_reader.h"

namespace logsvc::masking {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

struct PlacedRule {
  Rule rule;
  bool at_ingest = false;
};

std::string unknown_rule(const std::string& name) {
  std::vector<std::string> names;
  std::string all;
  for (const BuiltIn& one : kBuiltIns) {
    names.emplace_back(one.name);
    all += (all.empty() ? "" : ", ") + names.back();
  }
  const std::string near = config::nearest(name, names);
  return "masking: there is no rule \"" + name + "\"; " +
         (near.empty() ? "there are " + all : "did you mean " + near + "?");
}

class ListReader {
 public:
  ListReader(Reader reader, Problems& problems) : reader_(reader), problems_(problems) {}

  void read(const YamlNode& list) {
    if (list.items.size() > Rule::kMostRules) {
      problems_.error(list, "masking: there are more than 100 rules");
      return;
    }
    for (const YamlNode& item : list.items) {
      PlacedRule one;
      if (item.is_scalar() ? read_name(item, item.text, one.rule) : read_map(item, one))
        add(item, std::move(one));
    }
  }
  std::vector<PlacedRule> take() { return std::move(rules_); }

 private:
  bool read_name(const YamlNode& at, const std::string& name, Rule& out) {
    const auto rule = built_in_rule(name);
    if (!rule) {
      problems_.error(at, unknown_rule(name));
      return false;
    }
    out = *rule;
    return true;
  }

  bool read_map(const YamlNode& item, PlacedRule& out) {
    if (item.is_null()) {
      problems_.error(item, "masking: a rule is empty");
      return false;
    }
    MapReader map(item, "masking", problems_);
    std::string rule, name, pattern, replacement, at;
    map.read("rule", rule);
    map.read("name", name);
    map.read("pattern", pattern);
    map.read("replacement", replacement);
    map.read("at", at);
    map.finish();
    if (!item.is_map()) return false;
    bool fine = true;
    const auto fault = [&](const YamlNode* node, const std::string& what) {
      problems_.error(node ? *node : item, "masking: " + what);
      fine = false;
    };
    if (map.has("rule")) {
      if (map.has("pattern") || map.has("name"))
        fault(map.take("rule"), "a built-in rule has neither name nor pattern");
      fine = read_name(map.has("rule") ? *map.take("rule") : item, rule, out.rule) && fine;
    } else {
      if (!map.has("pattern")) fault(nullptr, "a rule needs rule, or name and pattern");
      if (map.has("pattern") && !map.has("name"))
        fault(map.take("pattern"), "a pattern needs a name");
      if (map.has("pattern") && !map.has("replacement")) replacement = "<" + name + ">";
      out.rule = {name, std::nullopt, pattern, ""};
    }
    if (map.has("replacement") || !out.rule.detector) out.rule.replacement = replacement;
    if (map.has("at")) {
      if (reader_ == Reader::kAgent) {
        fault(map.take("at"), "at is the server's: an agent hides everything before it is sent");
      } else if (at != "support" && at != "ingest") {
        fault(map.take("at"), "at: expected support or ingest, found \"" + at + "\"");
      }
      out.at_ingest = at == "ingest";
    }
    return fine;
  }

  void add(const YamlNode& item, PlacedRule one) {
    const auto same = [&](const PlacedRule& other) { return other.rule.name == one.rule.name; };
    if (std::any_of(rules_.begin(), rules_.end(), same)) {
      problems_.error(item, "masking: rule " + one.rule.name + " is there twice");
      return;
    }
    if (const auto compiled = Masker::compile({one.rule}); !compiled.ok()) {
      const YamlNode* pattern = item.find("pattern");
      problems_.error(pattern ? *pattern : item, "masking: " + compiled.error().message);
      return;
    }
    rules_.push_back(std::move(one));
  }

  const Reader reader_;
  Problems& problems_;
  std::vector<PlacedRule> rules_;
};

Result<Maskers> compile(const std::vector<PlacedRule>& rules) {
  Maskers out;
  std::vector<Rule> all, ingest;
  for (const PlacedRule& one : rules) {
    all.push_back(one.rule);
    out.at_ingest.push_back(one.at_ingest);
    if (one.at_ingest) ingest.push_back(one.rule);
  }
  ASSIGN_OR_RETURN(out.all, Masker::compile(std::move(all)));
  if (!ingest.empty()) {
    ASSIGN_OR_RETURN(out.ingest, Masker::compile(std::move(ingest)));
  }
  return out;
}

// Makes a list of "card, rrn", "all" or "off".
YamlNode list_of_names(const std::string& text) {
  YamlNode out;
  out.kind = YamlNode::Kind::kList;
  const auto add = [&](std::string name) {
    YamlNode& item = out.items.emplace_back();
    item.kind = YamlNode::Kind::kScalar;
    item.text = std::move(name);
  };
  if (text == "all") {
    for (const BuiltIn& one : kBuiltIns) add(std::string(one.name));
    return out;
  }
  // A YAML 1.1 reader makes a boolean of off; a file may say so too.
  if (text == "off" || text == "none" || text == "false") return out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string name = text.substr(at, end - at);
    std::erase(name, ' ');
    if (!name.empty()) add(std::move(name));
    at = end + 1;
  }
  return out;
}

}  // namespace

Result<Maskers> read_maskers(const config::Settings& settings, const std::string& name,
                             Reader reader) {
  const config::Settings::FileList* file = settings.list(name);
  const std::string& text = settings.text(name);
  YamlNode list;
  if (file) {
    list = file->node;
  } else if (text.starts_with('[')) {
    auto parsed = config::parse_yaml(name, text);
    if (!parsed.ok()) return settings.bad_value(name, parsed.error().message);
    list = std::move(*parsed);
    if (!list.is_list()) return settings.bad_value(name, "expected a list of rules");
  } else {
    list = list_of_names(text);
  }
  Problems problems(file ? file->path : name);
  ListReader rules(reader, problems);
  rules.read(list);
  if (problems.errors().empty()) return compile(rules.take());
  std::string faults;
  for (const std::string& one : problems.errors()) faults += (faults.empty() ? "" : "\n") + one;
  return file ? invalid(std::move(faults)) : settings.bad_value(name, faults);
}

}  // namespace logsvc::masking
