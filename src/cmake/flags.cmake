# SPDX-License-Identifier: ISC
# aw_flags: warnings, hardening and instrumentation. Linked PRIVATE by every target of this
# project and installed with none of them.
add_library(aw_flags INTERFACE)

set(aw_warnings
  -Wall -Wextra -Wpedantic
  -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align -Wwrite-strings
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wpointer-arith -Wdouble-promotion
  -Wimplicit-fallthrough -Wnull-dereference)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND aw_warnings -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
  if(ALLSWELL_SANITIZE OR ALLSWELL_COVERAGE)
    # gcc 12 sees null pointers in the checks that its own instrumentation adds.
    list(APPEND aw_warnings -Wno-null-dereference -Wno-maybe-uninitialized)
  endif()
elseif(CMAKE_C_COMPILER_ID MATCHES "Clang")
  list(APPEND aw_warnings -Wcomma -Wunreachable-code -Wnewline-eof)
endif()
# A compiler that is newer than this code may know more warnings.
if(ALLSWELL_WERROR)
  list(APPEND aw_warnings -Werror)
endif()
target_compile_options(aw_flags INTERFACE ${aw_warnings})

include(CheckCCompilerFlag)
foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection
                      -ftrivial-auto-var-init=zero)
  string(MAKE_C_IDENTIFIER "AW_HAVE${flag}" have)
  check_c_compiler_flag(-Werror\ ${flag} ${have})
  # MemorySanitizer must see what we forgot to set; zero would hide it.
  if(${have} AND NOT (ALLSWELL_MSAN AND flag MATCHES "auto-var-init"))
    target_compile_options(aw_flags INTERFACE ${flag})
  endif()
endforeach()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  target_link_options(aw_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

set(aw_instrument)
if(ALLSWELL_SANITIZE AND ALLSWELL_MSAN)
  message(FATAL_ERROR "ALLSWELL_SANITIZE and ALLSWELL_MSAN exclude each other")
endif()
if(ALLSWELL_SANITIZE)
  list(APPEND aw_instrument -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
endif()
if(ALLSWELL_MSAN)
  list(APPEND aw_instrument -fsanitize=memory -fsanitize-memory-track-origins
    -fno-omit-frame-pointer)
endif()
if(ALLSWELL_COVERAGE)
  list(APPEND aw_instrument -DAW_COVERAGE -Wno-error)
  if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    list(APPEND aw_instrument -fprofile-instr-generate -fcoverage-mapping)
  else()
    list(APPEND aw_instrument --coverage)
  endif()
endif()
if(ALLSWELL_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "ALLSWELL_FUZZ needs clang: configure with -DCMAKE_C_COMPILER=clang")
  endif()
  list(APPEND aw_instrument -fsanitize=fuzzer-no-link)
endif()
target_compile_options(aw_flags INTERFACE ${aw_instrument})
target_link_options(aw_flags INTERFACE ${aw_instrument})

# Fortify needs optimisation, and gets in the way of the sanitizers' own interceptors.
if(NOT ALLSWELL_SANITIZE AND NOT ALLSWELL_MSAN)
  target_compile_options(aw_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
endif()
