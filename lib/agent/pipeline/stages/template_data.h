// Gives a stage's templates the extracted values as texts, without those that are null.
#pragma once

#include "agent/pipeline/pipeline_entry.h"
#include "gotext/template/template.h"

namespace logsvc::agent {

inline tmpl::Map template_data(const Extracted& extracted) {
  tmpl::Map out;
  std::string text;
  for (const auto& [name, value] : extracted) {
    if (value_text(value, text)) out.insert_or_assign(name, tmpl::Value(text));
  }
  return out;
}

}  // namespace logsvc::agent
