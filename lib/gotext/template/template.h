// Renders a template of line_format and label_format, or of a stage of Promtail: Go's text/template
// with the functions of either. Only one thread at a time may use it: regular expressions and zones
// are kept between lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gotext/template/executor.h"

namespace logsvc::tmpl {

class Template {
 public:
  // name is what messages call it (line, label). Errors are Go's: template: line:1: unclosed
  // action.
  static Result<Template> parse(std::string_view name, std::string_view text,
                                Dialect dialect = Dialect::kLoki);

  // Returns the field if the template is nothing else: {{ .x }}.
  const std::optional<std::string>& single_field() const { return single_field_; }
  // Returns the text if the template has no action.
  const std::optional<std::string>& constant() const { return constant_; }
  // Returns the names of fields it reads; those read through index, variables or other templates
  // are not seen.
  const std::vector<std::string>& fields() const { return fields_; }

  // Makes rendering fail soon after the cancellation is requested.
  void stop_on(const Cancellation& cancellation) { context_.cancellation = cancellation; }

  // Appends the output; an error's text is for __error_details__.
  Status render(Timestamp timestamp, std::string_view line,
                const std::shared_ptr<const Labels>& labels, std::string& out);

  // Renders any value; Promtail's are maps of strings, in which a missing key has no value.
  Status render(const Value& data, std::string& out);

 private:
  explicit Template(Dialect dialect) : context_(dialect) {}
  std::shared_ptr<const Tree> tree_;  // copies share it
  Context context_;
  std::optional<std::string> single_field_;
  std::optional<std::string> constant_;
  std::vector<std::string> fields_;
};

}  // namespace logsvc::tmpl
