#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# Tests the tests: a small good tree passes, and each bad file added to it is found by the rule
# that it is for, and by no other. Usage: self.pl <folder of tidy.pl>
use strict;
use warnings;
use utf8;
use File::Temp ();

my ($here) = @ARGV or die "usage: self.pl <folder of tidy.pl>\n";
my $SPDX = "/* SPDX-License-Identifier: ISC */\n";
my ($failed, %tried) = (0);

my %GOOD = (
    'src/include/allswell/allswell.h' => "$SPDX#include <allswell/x.h>\n",
    'src/include/allswell/x.h'        => "$SPDX#include <stdint.h>\n"
      . "AW_API AW_MUST_USE enum aw_status aw_x(int v);\n",
    'src/base/assert.c' => "$SPDX#include <stdio.h>\n#include <allswell/x.h>\n",
    'src/core/x.c'      => $SPDX
      . qq(/* spec/05-channel.md §2: "A sender MUST NOT use a\n * key twice." */\n)
      . qq(#include "core/x.h"\nint aw_y(void)\n{\n    AW_ASSERT(a == b && c <= d);\n)
      . qq(    goto out;\nout:\n    return 0; /* malloc(1) TO-DO */\n}\n),
    'src/net/clock.c'      => "$SPDX#include <uv.h>\nint c = clock_gettime(0, 0);\n",
    'tests/unit/test_x.c'  => "$SPDX/* Goal: none. */\nstatic void test_x(void)\n{\n    x();\n}\n",
    'spec/05-channel.md'   => "# 05 Channel\n\n## 1. One\n\nText.\n\n## 2. Two\n\n"
      . "- **[CH-1]** A sender MUST NOT use a `key`\n  twice.\n- **[CH-2]** It MUST sleep.\n",
    'spec/README.md'       => "Numbers such as **[CH-3]**.\n",
);

# [script, rule, file, text, ...]
my @BAD = (
    ['tidy.pl', 'include', 'src/base/a.c',  qq($SPDX#include "crypto/x.h"\n)],
    ['tidy.pl', 'include', 'src/base/a.c',  "$SPDX#include <stdio.h>\n"],
    ['tidy.pl', 'include', 'src/wire/a.c',  "$SPDX#include <sodium.h>\n"],
    ['tidy.pl', 'include', 'src/core/a.c',  "$SPDX#include <time.h>\n"],
    ['tidy.pl', 'include', 'src/relay/a.c', qq($SPDX#include "crypto/cell.h"\n)],
    ['tidy.pl', 'include', 'src/relay/a.c', qq($SPDX#include "core/x.h"\n)],
    ['tidy.pl', 'include', 'src/store/a.c', qq($SPDX#include "core/x.h"\n)],
    ['tidy.pl', 'include', 'src/store/a.c', "$SPDX#include <uv.h>\n"],
    ['tidy.pl', 'include', 'src/net/a.c',   "$SPDX#include <sodium.h>\n"],
    ['tidy.pl', 'include', 'src/net/a.c',   qq($SPDX#include "a.h"\n)],
    ['tidy.pl', 'include', 'tools/relay/a.c', qq($SPDX#include "base/bytes.h"\n)],
    ['tidy.pl', 'include', 'tools/allswell/a.c', "$SPDX#include <sqlite3.h>\n"],
    ['tidy.pl', 'include', 'src/include/allswell/x.h', "$SPDX#include <string.h>\n"],
    ['tidy.pl', 'file-length', 'src/core/a.c', $SPDX . "int x;\n" x 800],
    ['tidy.pl', 'function-length', 'src/core/a.c',
        "${SPDX}int f(void)\n{\n" . "    x();\n" x 69 . "}\n"],
    ['tidy.pl', 'columns', 'src/core/a.c', $SPDX . 'int ' . 'x' x 96 . ";\n"],
    ['tidy.pl', 'columns', 'tools/a.sh', "# SPDX-License-Identifier: ISC\n" . '#' x 101 . "\n"],
    ['tidy.pl', 'blanks', 'src/core/a.c', "${SPDX}int x; \n"],
    ['tidy.pl', 'blanks', 'src/core/a.c', "$SPDX\tint x;\n"],
    ['tidy.pl', 'blanks', 'src/core/a.c', "${SPDX}int x;"],
    ['tidy.pl', 'goto', 'src/core/a.c', "${SPDX}int f(void)\n{\n    goto again;\n}\n"],
    ['tidy.pl', 'macro', 'src/core/a.c',
        "$SPDX#define TRY(x) \\\n    if (x) \\\n        return 1\n"],
    ['tidy.pl', 'switch-in-function', 'src/core/a.c',
        "${SPDX}int f(void)\n{\n#ifdef X\n#endif\n}\n"],
    ['tidy.pl', 'banned', 'src/wire/a.c', "${SPDX}int x = cbor_load(1);\n"],
    ['tidy.pl', 'banned', 'tests/a.c', "${SPDX}cbor_item_t *x;\n"],
    ['tidy.pl', 'banned', 'tools/allswell/a.c', "${SPDX}int x = sprintf(y, z);\n"],
    ['tidy.pl', 'banned', 'tools/allswell/a.c', "${SPDX}int x = strcpy(y, z);\n"],
    ['tidy.pl', 'banned', 'src/relay/a.c', "${SPDX}int x = malloc(1);\n"],
    ['tidy.pl', 'banned', 'src/core/a.c', "${SPDX}int x = time(0);\n"],
    ['tidy.pl', 'banned', 'src/net/a.c', "${SPDX}int x = rand();\n"],
    ['tidy.pl', 'banned', 'src/net/a.c', "${SPDX}int x = assert(y);\n"],
    ['tidy.pl', 'banned', 'src/net/a.c', "${SPDX}typedef struct x {\n    int y;\n} x_t;\n"],
    ['tidy.pl', 'assert-effect', 'src/core/a.c',
        "${SPDX}void f(void)\n{\n    AW_ASSERT(x++);\n}\n"],
    ['tidy.pl', 'assert-effect', 'src/core/a.c',
        "${SPDX}void f(void)\n{\n    AW_ASSERT((x = 1));\n}\n"],
    ['tidy.pl', 'must-use', 'src/core/a.h', "${SPDX}enum aw_status aw_a(void);\n"],
    ['tidy.pl', 'must-use', 'src/core/a.h',
        "$SPDX#ifndef A\n/* words */\nint aw_b(void);\n\nenum aw_status aw_a(void);\n#endif\n"],
    ['tidy.pl', 'doc', 'src/core/a.c', "$SPDX/** Does. */\nint x;\n"],
    ['tidy.pl', 'goal', 'tests/unit/test_a.c',
        "$SPDX/* Words. */\nstatic void test_a(void)\n{\n" . "    x();\n" x 11 . "}\n"],
    ['tidy.pl', 'spdx', 'src/core/a.c', "int x;\n"],
    ['tidy.pl', 'spdx', 'tools/a.sh',   "#!/bin/sh\nexit 0\n"],
    ['tidy.pl', 'path', 'src/core/a.c', "$SPDX/* see /ho" . "me/somebody/notes */\n"],
    ['tidy.pl', 'path', 'doc.md', "In /wo" . "rk/tree.\n"],
    ['tidy.pl', 'unfinished', 'src/core/a.c', "$SPDX/* TO" . "DO: later */\n"],
    ['tidy.pl', 'clock', 'src/net/other.c', "${SPDX}int c = clock_gettime(0, 0);\n"],
    ['tidy.pl', 'umbrella', 'src/include/allswell/lost.h', "${SPDX}int x;\n"],
    ['quotes.pl', 'chapter', 'src/core/a.c', "$SPDX/* spec/99-none.md */\n"],
    ['quotes.pl', 'section', 'src/core/a.c', "$SPDX/* spec/05-channel.md §9 */\n"],
    ['quotes.pl', 'quote', 'src/core/a.c',
        qq($SPDX/* spec/05-channel.md §2: "A sender MAY use a key twice." */\n)],
    ['quotes.pl', 'quote', 'src/core/a.c', # the right words in the wrong section
        qq($SPDX/* spec/05-channel.md §1: "A sender MUST NOT use a key twice." */\n)],
    ['quotes.pl', 'must-twice', 'spec/06-x.md', "- **[CH-1]** It MUST be.\n"],
    ['quotes.pl', 'must-word', 'spec/06-x.md', "- **[XX-1]** It may be.\n"],
    ['quotes.pl', 'cited', 'src/core/a.c', "$SPDX/* [CH-77] */\n"],
    ['quotes.pl', 'cited', 'spec/06-x.md', "As CH-77 says.\n"],
    ['quotes.pl', 'test', 'spec/02-threats.md', "| a | b | `test_x`, `test_none` |\n"],
    ['quotes.pl', 'attack', 'spec/02-threats.md', "| 7 | he | cannot | `test_x` |\n"],
    ['quotes.pl', 'attack', 'spec/02-threats.md', "Nothing.\n",
        'tests/unit/test_a.c', "${SPDX}static void test_attack_07_a(void)\n{\n}\n"],
    ['quotes.pl', 'link', 'src/README.md', "See [it](core/none.c).\n"],
    ['quotes.pl', 'link', 'README.md', "See [`test_none`](tests/unit/test_x.c).\n"],
    ['quotes.pl', 'guarantee', 'README.md',
        "| guarantee | tests |\n|---|---|\n| a | [`test_x`](tests/unit/test_x.c) |\n" .
        "| b | none |\n"],
);

sub put {
    my ($root, $path, $text) = @_;
    my $folder = $root;
    for my $part (split m{/}, $path =~ s{/?[^/]+$}{}r) {
        $folder .= "/$part";
        -d $folder or mkdir $folder or die "$folder: $!\n";
    }
    open(my $file, '>:encoding(UTF-8)', "$root/$path") or die "$root/$path: $!\n";
    print {$file} $text;
    close($file) or die "$root/$path: $!\n";
    return;
}

sub run_over {
    my ($script, %files) = @_;
    my $root = File::Temp->newdir();
    put($root, $_, $files{$_}) for sort keys %files;
    my $output = `perl $here/$script $root 2>&1`;
    return ($? == 0, $output);
}

for my $script ('tidy.pl', 'quotes.pl') {
    my ($ok, $output) = run_over($script, %GOOD);
    next if $ok;
    print "tidy_self: the good tree must pass $script:\n$output";
    $failed = 1;
}
{
    my (undef, $output) = run_over('quotes.pl', %GOOD);
    if ($output !~ /2 numbered MUSTs, 1 of them/ || $output !~ /CH-2/) {
        print "tidy_self: CH-2, and it alone, must be reported as not quoted:\n$output";
        $failed = 1;
    }
}
for my $case (@BAD) {
    my ($script, $rule, @files) = @$case;
    my ($ok, $output) = run_over($script, %GOOD, @files);
    my $text = $files[1];
    my %found = map { $_ => 1 } $output =~ /: \[([\w-]+)\] /g;
    $tried{$rule} = 1;
    next if !$ok && join(' ', sort keys %found) eq $rule;
    print "tidy_self: this must be found by [$rule], and by it alone:\n$text---\n$output\n";
    $failed = 1;
}
for my $script ('tidy.pl', 'quotes.pl') {
    open(my $file, '<', "$here/$script") or die "$here/$script: $!\n";
    for my $rule (join('', <$file>) =~ /complain\('([\w-]+)'/g) {
        next if $tried{$rule};
        print "tidy_self: rule [$rule] of $script has no bad example\n";
        $failed = 1;
    }
    close($file);
}
print 'tidy_self: ', scalar(@BAD), " bad examples\n";
exit $failed;
