// What the C functions share: plain arrays in and out, no exception gets past.
//
// A function returns 0, or one of `Status`, and then `forge3d_message` says what was wrong.
#pragma once
#include <new>
#include <string>

#include "vector.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace forge3d {

enum Status : int { kOk = 0, kBadArgument = 1, kCancelled = 2, kNoMemory = 3, kFault = 4 };

inline thread_local std::string message;

template <class Action>
int guarded(Action action) {
    try {
        action();
        return kOk;
    } catch (const Cancelled&) {
        return kCancelled;
    } catch (const BadArgument& error) {
        message = error.what();
        return kBadArgument;
    } catch (const std::bad_alloc&) {
        message = "there is not enough memory";
        return kNoMemory;
    } catch (const std::exception& error) {
        message = error.what();
        return kFault;
    }
}

}  // namespace forge3d
