// Every way in which the hostile plugins misbehave, and what the call has to come to.
#pragma once

#include <string_view>
#include <vector>

namespace berth::test {

enum class Ends {
  replied,        // it did no harm to its answer
  failed_itself,  // its own failure, cut to a usable size
  unknown,        // the call failed, and may have had an effect
  timed_out,      // as unknown, once the call's time is up
};

struct Kind {
  std::string_view method;
  Ends ends;
};

/// tests/plugins/hostile.cpp, in berth-worker.
inline const std::vector<Kind> library_kinds{
    {"echo", Ends::replied},
    {"replies_from_a_thread", Ends::unknown},
    {"replies_after_return", Ends::unknown},
    {"replies_nested", Ends::replied},
    {"replies_huge_numbers", Ends::replied},
    {"fails_at_length", Ends::failed_itself},
    {"floods_http", Ends::replied},
    {"misuses_http", Ends::replied},
    {"logs_null", Ends::replied},
    {"aborts", Ends::unknown},
    {"segfaults", Ends::unknown},
    {"overflows_its_stack", Ends::unknown},
    {"throws_in_a_thread", Ends::unknown},
    {"calls_exit", Ends::unknown},
    {"calls_quick_exit", Ends::unknown},
    {"uses_up_its_memory", Ends::unknown},
    {"replies_and_exits", Ends::unknown},
    {"spins", Ends::timed_out},
    {"hangs_deaf", Ends::timed_out},
    {"stops_itself", Ends::timed_out},
    {"closes_its_descriptors", Ends::timed_out},
    {"closes_its_output_and_hangs", Ends::timed_out},
    {"gives_its_socket_away", Ends::timed_out},
    {"talks_over_its_host", Ends::unknown},
    {"logs_for_ever", Ends::timed_out},
    {"reports_progress_for_ever", Ends::timed_out},
    {"prints_for_ever", Ends::timed_out},
    {"asks_for_ever", Ends::timed_out},
    {"leaves_a_child", Ends::unknown},
    {"leaves_a_child_in_a_group_of_its_own", Ends::unknown},
    {"leaves_a_child_and_answers", Ends::replied},
    {"leaves_a_talking_child", Ends::unknown},
    {"is_a_fork_bomb", Ends::timed_out},
    {"leaks_descriptors", Ends::replied},
    {"uses_up_its_descriptors", Ends::replied},
    {"changes_its_process", Ends::replied},
    {"prints_zeros", Ends::replied},
};

/// tests/plugins/hostile_wire.cpp, which writes its frames itself.
inline const std::vector<Kind> wire_kinds{
    {"echo", Ends::replied},
    {"html", Ends::unknown},
    {"nul", Ends::unknown},
    {"bad_utf8", Ends::unknown},
    {"nested", Ends::unknown},
    {"huge_numbers", Ends::unknown},
    {"fractional_bytes", Ends::unknown},
    {"negative_bytes", Ends::unknown},
    {"announces_2_to_the_63", Ends::unknown},
    {"announces_more_than_2_to_the_63", Ends::unknown},
    {"announces_and_falls_silent", Ends::timed_out},
    {"endless_line", Ends::unknown},
    {"endless_nothing", Ends::unknown},
    {"endless_logs", Ends::timed_out},
    {"endless_logs_for_nobody", Ends::timed_out},
    {"endless_progress", Ends::timed_out},
    {"endless_replies_for_others", Ends::timed_out},
    {"endless_frames_of_the_future", Ends::timed_out},
    {"endless_calls_of_its_own", Ends::timed_out},
    {"endless_http", Ends::timed_out},
    {"http_without_sense", Ends::unknown},
    {"huge_http", Ends::timed_out},
    {"answers_numbers_that_nobody_made", Ends::replied},
    {"answers_twice", Ends::replied},
    {"says_hello_again", Ends::replied},
    {"fails_with_garbage", Ends::unknown},
    {"half_a_frame", Ends::unknown},
    {"closes", Ends::unknown},
    {"does_not_read", Ends::timed_out},
    {"child_outside_of_the_session_keeps_writing", Ends::unknown},
};

}  // namespace berth::test
