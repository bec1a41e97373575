#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace logsvc::config {
namespace {

constexpr size_t kMaxNodes = 200'000;  // includes the copies that aliases make
constexpr size_t kMaxDepth = 100;

struct Fault {
  int line, column;
  std::string what;
};

size_t count_nodes(const YamlNode& node) {
  size_t n = 1;
  for (const auto& item : node.items) n += count_nodes(item);
  for (const auto& [key, value] : node.members) n += count_nodes(key) + count_nodes(value);
  return n;
}

// Builds the tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(node_at(mark, YamlNode::Kind::kNull), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an alias inside its own anchor");
    nodes_ += count_nodes(found->second);
    check_size(mark);
    place(YamlNode(found->second));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = node_at(mark, YamlNode::Kind::kScalar);
    node.text = value;
    node.quoted = tag != "?" && !tag.empty();
    finish(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    push(mark, YamlNode::Kind::kList, anchor);
  }
  void OnSequenceEnd() override { pop(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    push(mark, YamlNode::Kind::kMap, anchor);
  }
  void OnMapEnd() override { pop(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    bool has_key = false;
    YamlNode key;
  };

  [[noreturn]] static void fail(const YAML::Mark& mark, std::string what) {
    throw Fault{mark.line + 1, mark.column + 1, std::move(what)};
  }
  void check_size(const YAML::Mark& mark) {
    if (nodes_ > kMaxNodes) fail(mark, "the document is too large");
  }
  YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind) {
    ++nodes_;
    check_size(mark);
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }
  void push(const YAML::Mark& mark, YamlNode::Kind kind, YAML::anchor_t anchor) {
    if (open_.size() >= kMaxDepth) fail(mark, "nested too deeply");
    open_.push_back({node_at(mark, kind), anchor, false, {}});
  }
  void pop() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.node.is_map()) merge(done.node);
    finish(std::move(done.node), done.anchor);
  }
  void finish(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    place(std::move(node));
  }
  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = open_.back();
    if (top.node.is_list()) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      top.key = std::move(node);
      top.has_key = true;
    } else {
      top.node.members.push_back({std::move(top.key), std::move(node)});
      top.has_key = false;
    }
  }
  // Merges, for the key <<, members of another map that are not written here.
  static void merge(YamlNode& map) {
    const auto is_merge = [](const auto& m) { return m.first.text == "<<" && !m.first.quoted; };
    const auto found = std::find_if(map.members.begin(), map.members.end(), is_merge);
    if (found == map.members.end()) return;
    const YamlNode from = found->second;
    map.members.erase(found);
    const auto take = [&](const YamlNode& source) {
      for (const auto& member : source.members) {
        if (!map.find(member.first.text)) map.members.push_back(member);
      }
    };
    take(from);
    for (const YamlNode& item : from.items) take(item);
  }

  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

Result<YamlNode> parse_yaml(const std::string& path, const std::string& text) {
  const auto fault = [&](int line, int column, const std::string& what) {
    return invalid(path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what);
  };
  TreeBuilder builder;
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
  } catch (const Fault& f) {
    return fault(f.line, f.column, f.what);
  } catch (const YAML::Exception& e) {
    return fault(e.mark.line + 1, e.mark.column + 1, e.msg);
  } catch (const std::exception& e) {
    return fault(1, 1, e.what());
  }
  return builder.take();
}

}  // namespace logsvc::config
