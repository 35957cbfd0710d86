# SPDX-License-Identifier: ISC
# For doxygen: a comment behind a member, an enumerator or a macro is its documentation.
s{^(\s*[^\s/*].*?)/\* }{$1/**< };
