// What an error line says, and its form without the parts that vary.
#pragma once

#include <string>
#include <string_view>

namespace logsvc::insight {

// The message of a line: the member of a JSON object that loggers use for it, else the line;
// without ANSI colours, the first line of several, at most 500 bytes (cut between characters).
std::string message_of(std::string_view line);

// Masks what varies in the message, so that the same error has the same text: <n> numbers, <id>
// identifiers, <text> quoted parts. "User user_id_7 failed after 31 ms" → "User user_id_<n> failed
// after <n> ms".
std::string mask_message(std::string_view message);

}  // namespace logsvc::insight
