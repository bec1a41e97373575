#include "http/message.h"

#include <algorithm>

#include "base/any_case.h"

namespace logsvc::http {

const std::string& Headers::get(std::string_view name) const {
  static const std::string kNone;
  for (const auto& [key, value] : all_) {
    if (same_any_case(key, name)) return value;
  }
  return kNone;
}

size_t Headers::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(
      all_.begin(), all_.end(), [&](const auto& one) { return same_any_case(one.first, name); }));
}

void Headers::add(std::string name, std::string value) {
  all_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(all_, [&](const auto& one) { return same_any_case(one.first, name); });
  add(std::move(name), std::move(value));
}

std::string_view Request::query() const {
  const size_t question = target.find('?');
  return question == std::string::npos ? std::string_view()
                                       : std::string_view(target).substr(question + 1);
}

bool lists_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!part.empty() && blank(part.front())) part.remove_prefix(1);
    while (!part.empty() && blank(part.back())) part.remove_suffix(1);
    if (equals_any_case(part, word)) return true;
  }
  return false;
}

std::string media_type_of(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  return ascii_lowered(std::move(type));
}

}  // namespace logsvc::http
