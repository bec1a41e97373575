#include "gotext/template/executor.h"

#include <algorithm>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxTemplateDepth = 100;
constexpr int64_t kMaxSteps = 1'000'000;
constexpr size_t kBytesPerStep = 256;
constexpr size_t kMaxKept = 100;  // for regular expressions and zones

enum class Flow { kNormal, kBreak, kContinue };

class Executor {
 public:
  Executor(const Tree& tree, const Value& data, Context& context, std::string& out)
      : tree_(tree), context_(context), out_(out) {
    variables_.push_back({"$", data});
  }

  Status run(const Value& data) {
    Flow flow = Flow::kNormal;
    return walk(*tree_.templates.at(""), data, flow);
  }

 private:
  struct Variable {
    std::string name;
    Value value;
  };

  // ---- errors ----
  Error failure(const std::string& message) const {
    const size_t position = at_ ? at_->position : 0;
    const std::string_view before = std::string_view(tree_.text).substr(0, position);
    const size_t newline = before.rfind('\n');
    const size_t column = newline == std::string_view::npos ? position : position - newline - 1;
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    return invalid("template: " + tree_.name + ":" + std::to_string(line) + ":" +
                   std::to_string(column) + ": executing " + quote(current_template_) + " at <" +
                   (at_ ? at_->to_string() : "") + ">: " + message);
  }
  // Counts a step; bytes that functions take and give count too.
  Status count_step(size_t bytes = 0) {
    steps_left_ -= 1 + static_cast<int64_t>(bytes / kBytesPerStep);
    if (steps_left_ < 0) return failure("the template takes too many steps");
    return context_.cancellation.check();
  }
  Status emit(std::string_view text) {
    if (out_.size() + text.size() > kMaxOutputBytes) return failure("the output is too long");
    out_ += text;
    return {};
  }

  // ---- statements ----
  Status walk(const Node& node, const Value& dot, Flow& flow) {
    RETURN_IF_ERROR(count_step());
    at_ = &node;
    switch (node.kind) {
      case Node::Kind::kList:
        for (const NodePtr& child : node.children) {
          RETURN_IF_ERROR(walk(*child, dot, flow));
          if (flow != Flow::kNormal) return {};
        }
        return {};
      case Node::Kind::kText:
        return emit(node.text);
      case Node::Kind::kAction: {
        ASSIGN_OR_RETURN(const Value value, pipeline(*node.pipe, dot));
        if (!node.pipe->variables.empty()) return {};
        return emit(value.is_nil() ? "<no value>" : value.printed());
      }
      case Node::Kind::kIf:
      case Node::Kind::kWith:
        return if_or_with(node, dot, flow);
      case Node::Kind::kRange:
        return range(node, dot, flow);
      case Node::Kind::kTemplate:
        return call_template(node, dot);
      case Node::Kind::kBreak:
        flow = Flow::kBreak;
        return {};
      case Node::Kind::kContinue:
        flow = Flow::kContinue;
        return {};
      default:
        return failure("unknown node");
    }
  }

  Status if_or_with(const Node& node, const Value& dot, Flow& flow) {
    const size_t mark = variables_.size();
    ASSIGN_OR_RETURN(const Value value, pipeline(*node.pipe, dot));
    Status status;
    if (value.is_true()) {
      status = walk(*node.body, node.kind == Node::Kind::kWith ? value : dot, flow);
    } else if (node.otherwise) {
      status = walk(*node.otherwise, dot, flow);
    }
    variables_.resize(mark);
    return status;
  }

  // Runs one turn of a range; false in `more` ends it.
  Status turn(const Node& node, const Value& index, const Value& element, bool& more) {
    const size_t mark = variables_.size();
    const auto& names = node.pipe->variables;
    if (node.pipe->assign) {
      if (names.size() > 1) RETURN_IF_ERROR(assign(names[0], index));
      if (!names.empty()) RETURN_IF_ERROR(assign(names.back(), element));
    } else {
      // The pipeline declared these; the innermost slots are theirs.
      if (names.size() > 1) variables_[mark - 2].value = index;
      if (!names.empty()) variables_[mark - 1].value = element;
    }
    Flow flow = Flow::kNormal;
    const Status status = walk(*node.body, element, flow);
    variables_.resize(mark);
    more = flow != Flow::kBreak;
    return status;
  }

  Status range(const Node& node, const Value& dot, Flow& flow) {
    const size_t mark = variables_.size();
    ASSIGN_OR_RETURN(const Value value, pipeline(*node.pipe, dot));
    bool any = false, more = true;
    if (const List* list = value.list()) {
      for (size_t i = 0; i < list->size() && more; ++i, any = true) {
        RETURN_IF_ERROR(turn(node, Value::integer(static_cast<int64_t>(i)), (*list)[i], more));
      }
    } else if (const Map* map = value.map()) {
      // set and unset in Promtail's templates may change the map meanwhile.
      const bool changes = context_.dialect == Dialect::kPromtail;
      const Map copy = changes ? *map : Map();
      for (const auto& [name, element] : changes ? copy : *map) {
        RETURN_IF_ERROR(turn(node, Value(name), element, more));
        any = true;
        if (!more) break;
      }
    } else if (const Labels* labels = value.labels()) {
      for (size_t i = 0; i < labels->size() && more; ++i, any = true) {
        RETURN_IF_ERROR(turn(node, Value((*labels)[i].name), Value((*labels)[i].value), more));
      }
    } else if (const auto* integer = value.as<Integer>()) {
      if (node.pipe->variables.size() > 1) {
        return failure("can't use " + value.printed() + " to iterate over more than one variable");
      }
      for (int64_t i = 0; i < integer->number && more; ++i, any = true) {
        const Value v(Integer{i, integer->type});
        RETURN_IF_ERROR(turn(node, v, v, more));
      }
    } else if (!value.is_nil()) {
      at_ = &node;
      return failure("range can't iterate over " + value.printed());
    }
    variables_.resize(mark);
    if (!any && node.otherwise) return walk(*node.otherwise, dot, flow);
    return {};
  }

  Status call_template(const Node& node, const Value& dot) {
    const auto found = tree_.templates.find(node.text);
    if (found == tree_.templates.end() || node.text.empty()) {
      return failure("template " + quote(node.text) + " not defined");
    }
    if (template_depth_ >= kMaxTemplateDepth) {
      return failure("exceeded maximum template depth (" + std::to_string(kMaxTemplateDepth) + ")");
    }
    Value argument;
    if (node.pipe) {
      ASSIGN_OR_RETURN(argument, pipeline(*node.pipe, dot));
    }
    std::vector<Variable> outer;
    outer.push_back({"$", argument});
    outer.swap(variables_);
    std::string outer_name = std::exchange(current_template_, node.text);
    ++template_depth_;
    Flow flow = Flow::kNormal;
    RETURN_IF_ERROR(walk(*found->second, argument, flow));
    --template_depth_;
    current_template_ = std::move(outer_name);
    variables_.swap(outer);
    return {};
  }

  // ---- expressions ----
  Result<Value> pipeline(const Node& pipe, const Value& dot) {
    RETURN_IF_ERROR(count_step());
    at_ = &pipe;
    Value value;
    bool first = true;
    for (const NodePtr& one : pipe.children) {
      ASSIGN_OR_RETURN(value, command(*one, dot, first ? nullptr : &value));
      first = false;
    }
    for (const std::string& name : pipe.variables) {
      if (pipe.assign) {
        RETURN_IF_ERROR(assign(name, value));
      } else {
        variables_.push_back({name, value});
      }
    }
    return value;
  }

  Status assign(const std::string& name, const Value& value) {
    for (auto v = variables_.rbegin(); v != variables_.rend(); ++v) {
      if (v->name != name) continue;
      v->value = value;
      return {};
    }
    return failure("undefined variable: " + name);
  }

  // `last` is what the command before it in the pipeline gave.
  Result<Value> command(const Node& cmd, const Value& dot, const Value* last) {
    const Node& first = *cmd.children[0];
    const bool arguments = cmd.children.size() > 1 || last;
    switch (first.kind) {
      case Node::Kind::kField:
      case Node::Kind::kVariable:
      case Node::Kind::kChain:
        return path(first, dot, {&cmd, last});
      case Node::Kind::kIdentifier:
        return call(cmd, first, dot, last);
      default:
        break;
    }
    at_ = &first;
    if (arguments && first.kind != Node::Kind::kPipe) {
      return failure("can't give argument to non-function " + first.to_string());
    }
    if (first.kind == Node::Kind::kPipe) {
      if (arguments) return failure("can't give argument to non-function " + first.to_string());
      return pipeline(first, dot);
    }
    if (first.kind == Node::Kind::kDot) return dot;
    if (first.kind == Node::Kind::kNil) return failure("nil is not a command");
    return first.value;
  }

  // Holds what stands behind the first word of a command, and what the pipeline before it gave.
  struct Given {
    const Node* cmd = nullptr;
    const Value* last = nullptr;

    size_t written() const { return cmd ? cmd->children.size() - 1 : 0; }
    size_t count() const { return written() + (last ? 1 : 0); }
  };

  // Evaluates .a.b, $x.a and (…).a
  Result<Value> path(const Node& node, const Value& dot, const Given& given) {
    at_ = &node;
    Value value = dot;
    size_t from = 0;
    if (node.kind == Node::Kind::kVariable) {
      const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                      [&](const Variable& v) { return v.name == node.names[0]; });
      if (found == variables_.rend()) return failure("undefined variable: " + node.names[0]);
      value = found->value;
      from = 1;
      if (given.count() && node.names.size() == 1) {
        return failure("can't give argument to non-function " + node.to_string());
      }
    } else if (node.kind == Node::Kind::kChain) {
      const Node& inner = *node.children[0];
      if (inner.kind == Node::Kind::kIdentifier) {
        ASSIGN_OR_RETURN(value, call(inner, inner, dot, nullptr));
      } else {
        ASSIGN_OR_RETURN(value, pipeline(inner, dot));
      }
      at_ = &node;
    }
    for (size_t i = from; i < node.names.size(); ++i) {
      const bool last = i + 1 == node.names.size();
      at_ = &node;
      ASSIGN_OR_RETURN(value, field(value, node.names[i], last ? given : Given(), i > from, dot));
    }
    return value;
  }

  Result<Value> field(const Value& receiver, const std::string& name, const Given& given,
                      bool inner, const Value& dot) {
    if (const Method* method = find_method(receiver, name)) {
      return call_method(receiver, *method, given, dot);
    }
    if (receiver.is_nil()) {
      if (inner) return failure("nil pointer evaluating interface {}." + name);
      return Value();
    }
    const Map* map = receiver.map();
    const Labels* labels = receiver.labels();
    if (!map && !labels) {
      return failure("can't evaluate field " + name + " in type " + receiver.type_name());
    }
    if (given.count()) return failure(name + " is not a method but has arguments");
    if (labels) {
      const std::string* value = find_label(*labels, name);
      return Value(value ? *value : std::string());
    }
    const auto found = map->find(name);
    return found == map->end() ? Value() : found->second;
  }

  Result<Value> call_method(const Value& receiver, const Method& method, const Given& given,
                            const Value& dot) {
    const std::string name(method.name);
    const Node* at = at_;
    if (given.count() != method.parameters.size()) {
      return failure("wrong number of args for " + name + ": want " +
                     std::to_string(method.parameters.size()) + " got " +
                     std::to_string(given.count()));
    }
    if (!method.call) return failure(method.problem);
    std::vector<Value> arguments;
    for (size_t i = 0; i < given.written(); ++i) {
      ASSIGN_OR_RETURN(Value v, argument(*given.cmd->children[i + 1], method.parameters[i], dot));
      RETURN_IF_ERROR(count_step(v.text() ? v.text()->size() : 0));
      arguments.push_back(std::move(v));
    }
    if (given.last) {
      ASSIGN_OR_RETURN(Value v, checked(*given.last, method.parameters.back()));
      arguments.push_back(std::move(v));
    }
    at_ = at;
    auto out = method.call(receiver, arguments);
    if (!out.ok()) return failure("error calling " + name + ": " + out.error().message);
    return out;
  }

  Result<Value> call(const Node& cmd, const Node& identifier, const Value& dot, const Value* last) {
    at_ = &identifier;
    const std::string& name = identifier.text;
    const Function* function = find_function(name, context_.dialect);
    if (!function) return failure(quote(name) + " is not a defined function");
    const size_t written = cmd.kind == Node::Kind::kCommand ? cmd.children.size() - 1 : 0;
    const size_t given = written + (last ? 1 : 0);
    const size_t wanted = function->parameters.size();
    if (function->variadic ? given < wanted - 1 : given != wanted) {
      return failure(
          "wrong number of args for " + name + ": want " +
          (function->variadic ? "at least " + std::to_string(wanted - 1) : std::to_string(wanted)) +
          " got " + std::to_string(given));
    }
    if (is_short_circuit(name)) return short_circuit(cmd, name == "or", dot, last);
    std::vector<Value> arguments;
    for (size_t i = 0; i < written; ++i) {
      const Parameter parameter = function->parameters[std::min(i, wanted - 1)];
      ASSIGN_OR_RETURN(Value v, argument(*cmd.children[i + 1], parameter, dot));
      arguments.push_back(std::move(v));
    }
    if (last) {
      ASSIGN_OR_RETURN(Value v,
                       checked(*last, function->parameters[std::min(written, wanted - 1)]));
      arguments.push_back(std::move(v));
    }
    for (const Value& v : arguments) {
      if (const auto* text = v.text()) RETURN_IF_ERROR(count_step(text->size()));
    }
    auto out = function->call(context_, arguments);
    RETURN_IF_ERROR(context_.cancellation.check());
    at_ = &cmd;
    if (!out.ok()) return failure("error calling " + name + ": " + out.error().message);
    if (const auto* text = out->text(); text && text->size() > kMaxOutputBytes) {
      return failure("error calling " + name + ": the result is too long");
    }
    return out;
  }

  Result<Value> short_circuit(const Node& cmd, bool stop_at, const Value& dot, const Value* last) {
    Value value;
    for (size_t i = 1; i < cmd.children.size(); ++i) {
      ASSIGN_OR_RETURN(value, argument(*cmd.children[i], Parameter::kAny, dot));
      if (value.is_true() == stop_at) return value;
    }
    return last ? *last : value;
  }

  Result<Value> argument(const Node& node, Parameter parameter, const Value& dot) {
    at_ = &node;
    switch (node.kind) {
      case Node::Kind::kDot:
        return checked(dot, parameter);
      case Node::Kind::kNil:
        if (parameter == Parameter::kAny) return Value();
        return failure(std::string("cannot assign nil to ") + parameter_name(parameter));
      case Node::Kind::kField:
      case Node::Kind::kVariable:
      case Node::Kind::kChain: {
        ASSIGN_OR_RETURN(const Value v, path(node, dot, Given()));
        return checked(v, parameter);
      }
      case Node::Kind::kPipe: {
        const size_t mark = variables_.size();
        ASSIGN_OR_RETURN(const Value v, pipeline(node, dot));
        variables_.resize(mark);
        return checked(v, parameter);
      }
      case Node::Kind::kIdentifier: {
        ASSIGN_OR_RETURN(const Value v, call(node, node, dot, nullptr));
        return checked(v, parameter);
      }
      default:
        return constant(node, parameter);
    }
  }

  Result<Value> constant(const Node& node, Parameter parameter) {
    switch (parameter) {
      case Parameter::kAny:
        return node.value;
      case Parameter::kString:
        if (node.value.text()) return node.value;
        return failure("expected string; found " + node.to_string());
      case Parameter::kInt:
        if (node.is_integer) return Value::integer(node.integer);
        return failure("expected integer; found " + node.to_string());
      case Parameter::kFloat:
        if (node.is_float) return Value(node.floating);
        return failure("expected float; found " + node.to_string());
      case Parameter::kDuration:
        if (node.is_integer) return Value::duration(node.integer);
        return failure("expected integer; found " + node.to_string());
      case Parameter::kTime:
      case Parameter::kLocation:
      case Parameter::kVersion:
        break;
    }
    return failure("can't handle " + node.to_string() + " for arg of type " +
                   parameter_name(parameter));
  }

  Result<Value> checked(const Value& value, Parameter parameter) {
    if (fits(value, parameter)) return value;
    if (value.is_nil()) {
      return failure(std::string("invalid value; expected ") + parameter_name(parameter));
    }
    return failure(std::string("wrong type for value; expected ") + parameter_name(parameter) +
                   "; got " + value.type_name());
  }

  const Tree& tree_;
  Context& context_;
  std::string& out_;
  const Node* at_ = nullptr;
  std::string current_template_ = tree_.name;
  std::vector<Variable> variables_;
  int template_depth_ = 0;
  int64_t steps_left_ = kMaxSteps;
};

}  // namespace

Result<const GoRegex*> Context::regex(const std::string& expression) {
  const auto known = regexes_.find(expression);
  if (known != regexes_.end()) return &known->second;
  ASSIGN_OR_RETURN(GoRegex regex, GoRegex::compile(expression));
  if (regexes_.size() >= kMaxKept) regexes_.clear();
  return &regexes_.emplace(expression, std::move(regex)).first->second;
}

const TimeZone& Context::zone(const std::string& name) {
  const auto known = zones_.find(name);
  if (known != zones_.end()) return known->second;
  if (zones_.size() >= kMaxKept) zones_.clear();
  return zones_.emplace(name, TimeZone::named(name)).first->second;
}

Status execute(const Tree& tree, const Value& data, Context& context, std::string& out) {
  return Executor(tree, data, context, out).run(data);
}

}  // namespace logsvc::tmpl
