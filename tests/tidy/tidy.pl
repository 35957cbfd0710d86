#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# The rules of the house that a machine can check. Usage: tidy.pl <source folder>
# self.pl holds a bad example for every rule.
use strict;
use warnings;
my ($here) = $0 =~ m{^(.*)/} or die "tidy: call me by a path\n";
require "$here/tree.pl";
our $bad;

my $FILE_LINES     = 800;
my $FUNCTION_LINES = 70;
my $COLUMNS        = 100;

# Which headers each layer may include: own tree, then <...>. '*' is any.
my @PLAIN = qw(stdint.h stddef.h stdbool.h string.h);
my %QUOTED = (
    base   => [qr{^base/}],
    crypto => [qr{^(?:base|crypto)/}],
    wire   => [qr{^(?:base|wire)/}],
    core   => [qr{^(?:base|crypto|wire|core)/}],
    relay  => [qr{^(?:base|wire|relay)/}, qr{^crypto/(?:verify|link)\.h$}],
    store  => [qr{^(?:base|store)/}],
    net    => [qr{^(?:base|store|net)/}],
);
my %ANGLED = (
    base   => [@PLAIN],
    crypto => [@PLAIN, 'sodium.h'],
    wire   => [@PLAIN, 'cbor.h'],
    core   => [@PLAIN],
    relay  => [@PLAIN],
    store  => '*',
    net    => '*',
);
my %ANGLED_FILE = ('src/base/assert.c' => [qw(stdio.h stdlib.h)]);
# Third-party headers and the one layer that knows each.
my %OWNER = ('sodium.h' => 'crypto', 'cbor.h' => 'wire', 'sqlite3.h' => 'store', 'uv.h' => 'net');

sub is_open {    # what may include anything
    return $_[0] =~ m{^(?:tests|fuzz|tools/lab)/};
}

sub check_include {
    my ($path, $line, $kind, $header) = @_;
    return if is_open($path);
    if ($path =~ m{^tools/}) {
        complain('include', $path, $line, "$header: tools see public headers and their own only")
          if $kind eq '"' ? $header =~ m{^(?:base|crypto|wire|core|relay|store|net)/}
          : exists $OWNER{$header};
        return;
    }
    my ($layer) = $path =~ m{^src/(\w+)/} or return;
    if ($layer eq 'include') {
        complain('include', $path, $line, "$header: public headers include public headers only")
          unless $kind eq '<' && $header =~ m{^allswell/\w+\.h$|^std(?:int|def|bool)\.h$};
        return;
    }
    if ($kind eq '"') {
        complain('include', $path, $line, "$layer may not include $header")
          unless grep { $header =~ $_ } @{ $QUOTED{$layer} // [] };
        return;
    }
    return if $header =~ m{^allswell/};
    if (exists $OWNER{$header} && $OWNER{$header} ne $layer) {
        complain('include', $path, $line, "<$header> belongs to $OWNER{$header}");
        return;
    }
    my $angled = $ANGLED{$layer} // [];
    return if $angled eq '*';
    complain('include', $path, $line, "$layer may not include <$header>")
      unless grep { $_ eq $header } @$angled, @{ $ANGLED_FILE{$path} // [] };
    return;
}

sub check_includes {
    my ($path, $code) = @_;
    while ($code =~ /^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]/gm) {
        check_include($path, line_at($code, $-[0]), $1, $2);
    }
    return;
}

sub check_lengths {
    my ($path, $text) = @_;
    my @lines = split /\n/, $text, -1;
    pop @lines;
    complain('file-length', $path, 0, scalar(@lines) . " lines, at most $FILE_LINES")
      if @lines > $FILE_LINES;
    for my $i (0 .. $#lines) {
        complain('columns', $path, $i + 1, length($lines[$i]) . " columns, at most $COLUMNS")
          if length($lines[$i]) > $COLUMNS;
        complain('blanks', $path, $i + 1, 'blanks at the end, or a tab')
          if $lines[$i] =~ /[ \t]$/ || $lines[$i] =~ /\t/ && $path =~ /\.[ch]$/;
    }
    complain('blanks', $path, 0, 'no newline at the end') unless $text =~ /\n\z/;
    return;
}

# Functions as clang-format leaves them: a brace alone in column 0, to the next one.
sub check_functions {
    my ($path, $code) = @_;
    while ($code =~ /^\{\n(.*?)^\}/gms) {
        my ($start, $body) = ($-[0], $1);
        my $line  = line_at($code, $start);
        my $count = 2 + ($body =~ tr/\n//);
        complain('function-length', $path, $line, "$count lines, at most $FUNCTION_LINES")
          if $count > $FUNCTION_LINES;
        complain('switch-in-function', $path, $line + 1, 'no #if inside a function')
          if $body =~ /^[ \t]*#[ \t]*if/m;
    }
    while ($code =~ /\bgoto\s+(\w+)/g) {
        complain('goto', $path, line_at($code, $-[0]), "goto $1: only 'goto out;' forward")
          if $1 ne 'out';
    }
    while ($code =~ /^[ \t]*#[ \t]*define\b((?:[^\n\\]|\\.)*)/gms) {
        my ($at, $macro) = ($-[0], $1);
        complain('macro', $path, line_at($code, $at), 'a macro may not hold return or goto')
          if $macro =~ /\b(?:return|goto)\b/;
    }
    return;
}

my $ENGINE = qr{^src/(?:base|crypto|wire|core|relay)/};
my @BANNED = (    # rule applies to, pattern, what to say
    [qr{}, qr/\bcbor_(?:load|item_t)\b/, 'allocates what the sender says: stream only'],
    [qr{^(?:src|tools|fuzz)/},
        qr/\b(?:v?sprintf|strcpy|strcat|gets|strtok|alloca|tmpnam|mktemp)\s*\(/, 'unsafe call'],
    [$ENGINE, qr/\b(?:malloc|calloc|realloc|free)\s*\(/, 'the engines do not allocate'],
    [$ENGINE, qr/\b(?:time|clock|clock_gettime|rand|random)\s*\(/,
        'the engines have no clock and no dice'],
    [qr{^(?:src|tools)/}, qr/\b(?:assert|static_assert)\s*\(/, 'AW_ASSERT or _Static_assert'],
    [qr{^(?:src|tools)/}, qr/\b(?:rand|srand|random|drand48)\s*\(/, 'not a cryptographic source'],
    [qr{}, qr/\btypedef\s+(?:struct|enum|union)\b(?!\s+\w+\s+\w+\()/,
        'no typedef for structs'],
);

sub check_calls {
    my ($path, $code) = @_;
    for my $rule (@BANNED) {
        my ($where, $what, $why) = @$rule;
        next unless $path =~ $where;
        while ($code =~ /$what/g) {
            complain('banned', $path, line_at($code, $-[0]), "'$&': $why");
        }
    }
    return if $path !~ m{^(?:src|tools|fuzz)/};
    while ($code =~ /\bAW_ASSERT(\((?:[^()]|(?1))*\))/g) {
        my ($at, $what) = ($-[0], $1);
        complain('assert-effect', $path, line_at($code, $at), 'no effect inside an assertion')
          if $what =~ /\+\+|--|[^=!<>]=[^=]/;
    }
    return;
}

sub check_declarations {
    my ($path, $code, $text) = @_;
    if ($path =~ /\.h$/) {
        my $begin = qr/\A|[;{}]|^[ \t]*#[^\n]*/m;
        while ($code =~ /$begin([^;{}#]*\benum\s+aw_status\s+(aw_\w+)\s*\()/g) {
            my ($at, $what, $name) = ($-[1], $1, $2);
            next if $what =~ /AW_MUST_USE|typedef/;
            complain('must-use', $path, line_at($code, $at + length $what),
                "$name without AW_MUST_USE");
        }
    }
    elsif ($path =~ m{^src/} && $text =~ m{/\*\*\s}) {
        complain('doc', $path, line_at($text, $-[0]), '/** */ is for headers');
    }
    return;
}

# Each test says what it is for, in the comment right above the function. A few lines that hand
# their case to a common function need none of their own.
sub check_goals {
    my ($path, $text) = @_;
    my $comment = qr{/\*(?:(?!\*/).)*\*/\n}s;
    while ($text =~ /((?:$comment)?)^static void (test_\w+)\(void\)\n\{\n(.*?)^\}/gms) {
        my ($above, $name, $body, $at) = ($1, $2, $3, $-[2]);
        complain('goal', $path, line_at($text, $at), "$name: a comment with Goal above it")
          unless $above =~ /Goal/ || ($body =~ tr/\n//) <= 10;
    }
    return;
}

sub check_text {
    my ($path, $text) = @_;
    if ($path =~ m{\.(?:c|h|sh|pl|cmake)$|CMakeLists\.txt$}) {
        my ($first, $second) = split /\n/, $text, 3;
        complain('spdx', $path, 1, 'SPDX-License-Identifier: ISC in the first or second line')
          unless join("\n", $first // '', $second // '') =~ /SPDX-License-Identifier: ISC/;
    }
    while ($text =~ m{(?<![\w.~\$\}])/(?:work|home|root|Users|srv)/\w+}g) {
        complain('path', $path, line_at($text, $-[0]), "'$&' is a path of one machine");
    }
    while ($text =~ /\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/g) {
        complain('unfinished', $path, line_at($text, $-[0]), "'$&': finish it, or file an issue");
    }
    return;
}

sub check_whole {
    my ($code) = @_;
    my $reads = qr/\b(?:clock_gettime|gettimeofday|uv_hrtime|timespec_get)\s*\(/;
    my @clocks = grep { $code->{$_} =~ $reads }
      grep { m{^src/} } sort keys %$code;
    complain('clock', $clocks[1], 0, "reads the clock, and so does $clocks[0]: one file only")
      if @clocks > 1;

    my $umbrella = $code->{'src/include/allswell/allswell.h'} // '';
    for my $path (grep { m{^src/include/allswell/} } sort keys %$code) {
        my ($name) = $path =~ m{([^/]+)$};
        complain('umbrella', $path, 0, 'allswell.h does not include it')
          unless $name eq 'allswell.h' || $umbrella =~ m{<allswell/\Q$name\E>};
    }
    return;
}

my ($root) = @ARGV or die "usage: tidy.pl <source folder>\n";
my (%code, $count);
for my $path (files_of($root, '')) {
    next if -B "$root/$path";
    my $text = text_of($root, $path);
    $count++;
    check_text($path, $text);
    next unless $path =~ m{\.(?:c|h|sh|pl|cmake)$|CMakeLists\.txt$};
    check_lengths($path, $text);
    next unless $path =~ /\.[ch]$/;
    $code{$path} = code_of($text, 0);
    check_includes($path, code_of($text, 1));
    check_functions($path, $code{$path});
    check_calls($path, $code{$path});
    check_declarations($path, $code{$path}, $text);
    check_goals($path, $text) if $path =~ m{^tests/unit/};
}
check_whole(\%code);
print 'tidy: ', $count // 0, " files\n";
exit($bad || !$count);
