// Words or LogQL: what somebody typed is LogQL if it has a selector, {name="…"}, with nothing
// before it but what may stand there in LogQL, or if it is arithmetic. Everything else is words,
// whatever brackets are in it. The page has the same rule (web/src/model/words.ts);
// tests/words/words_or_logql.txt tests both.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::client {

// Whether the text is LogQL, perhaps with a mistake in it, rather than words.
bool is_logql(std::string_view text);

// Turns words into a query that looks for them in every stream; LogQL and empty text are only
// trimmed.
std::string words_to_query(const std::string& text);

}  // namespace logsvc::client
