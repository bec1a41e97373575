#include "gotext/template/parser.h"

#include <algorithm>
#include <utility>

#include "gotext/template/pipeline_parser.h"

namespace logsvc::tmpl {
namespace {

// Returns whether a list has nothing but blanks.
bool is_blank(const Node& list) {
  return std::all_of(list.children.begin(), list.children.end(), [](const NodePtr& node) {
    return node->kind == Node::Kind::kText &&
           node->text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
  });
}

// Parses the statements around the pipelines.
class Parser : public PipelineParser {
 public:
  Parser(std::string_view name, std::string_view text,
         const std::function<bool(std::string_view)>& has_function)
      : PipelineParser(name, text, has_function) {
    tree_.name = name;
    tree_.text = text;
  }

  Result<Tree> run() {
    auto main = make_node(Node::Kind::kList, 0);
    while (peek().kind != ItemKind::kEnd) {
      if (peek().kind == ItemKind::kLeft && peek_behind_left().text == "define") {
        next();
        next_item();
        RETURN_IF_ERROR(definition());
        continue;
      }
      Stop stop = Stop::kNone;
      ASSIGN_OR_RETURN(NodePtr node, text_or_action(stop));
      if (stop != Stop::kNone) {
        return failure(stop == Stop::kEnd ? "unexpected {{end}}" : "unexpected {{else}}");
      }
      if (node) main->children.push_back(std::move(node));
    }
    tree_.templates[""] = std::move(main);
    return std::move(tree_);
  }

 private:
  enum class Stop { kNone, kEnd, kElse };

  NodeResult text_or_action(Stop& stop) {
    const Item& item = next_item();
    if (item.kind == ItemKind::kText) {
      auto node = make_node(Node::Kind::kText, item.position);
      node->text = item.text;
      return node;
    }
    if (item.kind != ItemKind::kLeft) return unexpected(item, "input");
    begin_action(item);
    ASSIGN_OR_RETURN(NodePtr node, action(stop));
    end_action();
    return node;
  }

  // Reads statements up to {{end}} or {{else}}.
  NodeResult item_list(Stop& stop) {
    auto list = make_node(Node::Kind::kList, peek_item().position);
    while (peek_item().kind != ItemKind::kEnd) {
      ASSIGN_OR_RETURN(NodePtr node, text_or_action(stop));
      if (stop != Stop::kNone) return list;
      if (node) list->children.push_back(std::move(node));
    }
    return failure("unexpected EOF");
  }

  NodeResult action(Stop& stop) {
    RETURN_IF_ERROR(enter());
    const Item item = peek_item();
    NodeResult out = NodePtr();
    if (item.kind == ItemKind::kKeyword) {
      next();
      out = keyword(item, stop);
    } else {
      auto node = make_node(Node::Kind::kAction, item.position);
      ASSIGN_OR_RETURN(node->pipe, pipeline("command", ItemKind::kRight));
      out = std::move(node);
    }
    leave();
    return out;
  }

  NodeResult keyword(const Item& item, Stop& stop) {
    const std::string_view word = item.text;
    if (word == "if") return control(item, Node::Kind::kIf, "if");
    if (word == "with") return control(item, Node::Kind::kWith, "with");
    if (word == "range") return control(item, Node::Kind::kRange, "range");
    if (word == "end" || word == "else") {
      const Item& after = peek_item();
      const bool chained = word == "else" && (after.text == "if" || after.text == "with") &&
                           after.kind == ItemKind::kKeyword;
      if (!chained) RETURN_IF_ERROR(expect(ItemKind::kRight, std::string(word)));
      stop = word == "end" ? Stop::kEnd : Stop::kElse;
      return NodePtr();
    }
    if (word == "break" || word == "continue") {
      RETURN_IF_ERROR(expect(ItemKind::kRight, "{{" + std::string(word) + "}}"));
      if (range_depth_ == 0) return failure("{{" + std::string(word) + "}} outside {{range}}");
      return make_node(word == "break" ? Node::Kind::kBreak : Node::Kind::kContinue, item.position);
    }
    if (word == "template") return call_of_template();
    if (word == "block") return block();
    return unexpected(item, "command");
  }

  NodeResult control(const Item& item, Node::Kind kind, const std::string& context) {
    auto node = make_node(kind, item.position);
    const size_t variables = variables_.size();
    ASSIGN_OR_RETURN(node->pipe, pipeline(context, ItemKind::kRight));
    if (kind == Node::Kind::kRange) ++range_depth_;
    Stop stop = Stop::kNone;
    ASSIGN_OR_RETURN(node->body, item_list(stop));
    if (kind == Node::Kind::kRange) --range_depth_;
    if (stop == Stop::kElse) {
      const Item after = peek_item();
      if (after.kind == ItemKind::kKeyword && after.text == context && kind != Node::Kind::kRange) {
        // {{else if}} is an if inside the else; both share the {{end}}.
        next();
        RETURN_IF_ERROR(enter());
        node->otherwise = make_node(Node::Kind::kList, after.position);
        ASSIGN_OR_RETURN(NodePtr inner, control(after, kind, context));
        leave();
        node->otherwise->children.push_back(std::move(inner));
      } else {
        stop = Stop::kNone;
        ASSIGN_OR_RETURN(node->otherwise, item_list(stop));
        if (stop != Stop::kEnd) return failure("expected end; found {{else}}");
      }
    }
    variables_.resize(variables);
    return node;
  }

  Result<std::string> template_name(const std::string& context) {
    const Item& item = next_item();
    if (item.kind != ItemKind::kString && item.kind != ItemKind::kRawString) {
      return unexpected(item, context);
    }
    return unquoted(item);
  }

  NodeResult call_of_template() {
    auto node = make_node(Node::Kind::kTemplate, peek_item().position);
    ASSIGN_OR_RETURN(node->text, template_name("template clause"));
    if (peek_item().kind == ItemKind::kRight) {
      next();
    } else {
      ASSIGN_OR_RETURN(node->pipe, pipeline("template clause", ItemKind::kRight));
    }
    return node;
  }

  NodeResult block() {
    auto node = make_node(Node::Kind::kTemplate, peek_item().position);
    ASSIGN_OR_RETURN(node->text, template_name("block clause"));
    ASSIGN_OR_RETURN(node->pipe, pipeline("block clause", ItemKind::kRight));
    RETURN_IF_ERROR(body_of_definition(node->text, "block clause"));
    return node;
  }
  Status definition() {
    ASSIGN_OR_RETURN(const std::string name, template_name("define clause"));
    RETURN_IF_ERROR(expect(ItemKind::kRight, "define clause"));
    return body_of_definition(name, "define clause");
  }
  Status body_of_definition(const std::string& name, const std::string& context) {
    std::vector<std::string> outer{"$"};
    outer.swap(variables_);
    const int outer_range = std::exchange(range_depth_, 0);
    Stop stop = Stop::kNone;
    ASSIGN_OR_RETURN(NodePtr body, item_list(stop));
    if (stop != Stop::kEnd) return failure("unexpected {{else}} in " + context);
    variables_.swap(outer);
    range_depth_ = outer_range;
    // One of two definitions must be empty; the other counts.
    NodePtr& known = tree_.templates[name];
    if (!known || is_blank(*known)) {
      known = std::move(body);
    } else if (!is_blank(*body)) {
      return failure("template: multiple definition of template " + quote(name));
    }
    return {};
  }

  Tree tree_;
  int range_depth_ = 0;
};

}  // namespace

Result<Tree> parse_template(std::string_view name, std::string_view text,
                            const std::function<bool(std::string_view)>& has_function) {
  return Parser(name, text, has_function).run();
}

}  // namespace logsvc::tmpl
