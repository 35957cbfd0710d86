#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# The bond between spec/ and the code. Usage: quotes.pl <source folder> [--list]
#
#   - a comment that quotes the spec, spec/NN-name.md §N: "words", quotes words that stand there;
#   - spec/NN-name.md §N names a section that exists;
#   - every numbered MUST, **[XX-n]**, has a number of its own and the word MUST in it;
#   - every number that code, tests or spec cite exists;
#   - every test that spec/02-threats.md names exists;
#   - each attack in it, | n | ..., has a test called test_attack_n_..., and each such test its row;
#   - a link of a .md file leads to a file or a folder of the tree; one called `test_x` to the file
#     with that test, and each guarantee of README.md has such a link.
# It reports the MUSTs that neither code nor tests quote or cite; --list names each.
use strict;
use warnings;
use utf8;
my ($here) = $0 =~ m{^(.*)/} or die "quotes: call me by a path\n";
require "$here/tree.pl";
our $bad;
binmode STDOUT, ':encoding(UTF-8)';

my ($root, $list) = @ARGV or die "usage: quotes.pl <source folder> [--list]\n";
my (%section, %whole);    # chapter -> number -> text; chapter -> text
my (%must, %prefix);      # id -> {file, text, seen}; prefix -> 1

# spec/05-channel.md §4 [CH-3]: "words", of which only the file must be there.
my $REFERENCE = qr{spec/(\d\d-[\w-]+\.md)(?:\ §([\d.]*\d))?
    (?:,?\ \[?[A-Z]+-\d+\]?)?(?::\ "([^"]*)")?}x;

# Markup, numbers of MUSTs and line breaks do not count in a comparison.
sub plain {
    my ($text) = @_;
    $text =~ s/\*\*\[[A-Z]+-\d+\]\*\*//g;
    $text =~ s/[`*]//g;
    $text =~ s/\s+/ /g;
    $text =~ s/^ | $//g;
    return $text;
}

sub read_chapter {
    my ($path) = @_;
    my $text = text_of($root, $path);
    my ($name) = $path =~ m{([^/]+)$};
    $whole{$name} = plain($text);
    my @open;             # [number, depth, text] of the headings that we are under
    for my $part (split /^(?=#+ )/m, $text) {
        my ($marks, $number) = $part =~ /^(#+) (?:§?([\d.]+)?)/;
        my $depth = length($marks // '');
        @open = grep { $_->[1] < $depth } @open;
        $number =~ s/\.$// if defined $number;
        push @open, [$number, $depth] if defined $number && $number ne '' && $depth > 1;
        $section{$name}{ $_->[0] } .= "$part\n" for @open;
    }
    my $end = qr/\*\*\[[A-Z]+-\d+\]\*\*|\n\s*\n|\n#|\n[-|]|\z/;
    while ($text =~ /\*\*\[([A-Z]+)-(\d+)\]\*\*(.*?)(?=$end)/gs) {
        my ($id, $line, $words) = ("$1-$2", line_at($text, $-[0]), plain($3));
        $prefix{$1} = 1;
        next if $name eq 'README.md';    # shows what a number looks like
        complain('must-twice', $path, $line, "$id is taken, see $must{$id}{file}") if $must{$id};
        complain('must-word', $path, $line, "$id has no MUST in it") unless $words =~ /\bMUST\b/;
        $must{$id} = {file => "$path:$line", text => $words};
    }
    return;
}

sub check_quotes {
    my ($path, $text) = @_;
    while ($text =~ m{(/\*.*?\*/|(?:^[ \t]*(?:#|//)[^\n]*\n)+)}gms) {
        my ($comment, $at) = ($1, $-[0]);
        my $line = line_at($text, $at);
        $comment =~ s{^[ \t]*(?:/?\*+/?|#|//)}{}gm;
        $comment =~ s/\s+/ /g;
        while ($comment =~ /$REFERENCE/g) {
            my ($chapter, $number, $quote) = ($1, $2, $3);
            if (!defined $whole{$chapter}) {
                complain('chapter', $path, $line, "there is no spec/$chapter");
                next;
            }
            my $there = $whole{$chapter};
            if (defined $number) {
                $there = $section{$chapter}{$number};
                complain('section', $path, $line, "spec/$chapter has no §$number")
                  unless defined $there;
            }
            next unless defined $quote && defined $there;
            my $words = plain($quote);
            if (index(plain($there), $words) < 0) {
                complain('quote', $path, $line, "not in spec/$chapter"
                      . (defined $number ? " §$number" : '') . ": \"$words\"");
                next;
            }
            for my $id (keys %must) {
                $must{$id}{seen} = 1
                  if index($must{$id}{text}, $words) >= 0 || index($words, $must{$id}{text}) >= 0;
            }
        }
    }
    return;
}

sub check_citations {
    my ($path, $text) = @_;
    while ($text =~ /(?<![\w-])([A-Z]{2,})-(\d+)(?![\w-])/g) {
        my $id = "$1-$2";
        next unless $prefix{$1};
        complain('cited', $path, line_at($text, $-[0]), "there is no $id") unless $must{$id};
        $must{$id}{seen} = 1 if $must{$id} && $path !~ m{^spec/.*\.md$};
    }
    return;
}

sub check_tests {
    my (@files) = @_;
    my ($threats) = grep { $_ eq 'spec/02-threats.md' } @files or return;
    my $text = text_of($root, $threats);
    my %known;
    for my $path (grep { m{^tests/.*\.c$} } @files) {
        my $code = text_of($root, $path);
        $known{$1} = 1 while $code =~ /^static void (test_\w+)\(void\)$/gm;
    }
    my %named;
    while ($text =~ /\b(test_\w+)/g) {
        complain('test', $threats, line_at($text, $-[0]), "no test is called $1") unless $known{$1};
        $named{$1} = 1;
    }
    while ($text =~ /^\| (\d+) \|(.*)$/gm) {
        my ($number, $cells, $line) = (sprintf('%02d', $1), $2, line_at($text, $-[0]));
        complain('attack', $threats, $line, "attack $1 is not played")
          unless $cells =~ /\btest_attack_${number}_/;
    }
    for my $name (grep { /^test_attack_/ && !$named{$_} } sort keys %known) {
        complain('attack', $threats, 1, "$name has no row");
    }
    return;
}

sub check_links {
    my ($path, $text) = @_;
    my ($folder) = $path =~ m{^(.*/)};
    $text =~ s/^```.*?^```/$& =~ s{[^\n]}{}gr/gmse;
    while ($text =~ /\[([^\]]*)\]\(([^)\s]+)\)/g) {
        my ($words, $target, $line) = ($1, $2, line_at($text, $-[0]));
        next if $target =~ /^(?:[a-z]+:|#)/;
        my $there = ($folder // '') . $target =~ s/#.*//r;
        1 while $there =~ s{[^/]+/\.\./}{};
        if (!-e "$root/$there") {
            complain('link', $path, $line, "there is no $there");
        } elsif ($words =~ /^`(test_\w+)`$/) {
            my $name = $1;
            complain('link', $path, $line, "$there has no $name")
              unless -f "$root/$there"
              && text_of($root, $there) =~ /^static void \Q$name\E\(void\)$/m;
        }
    }
    return;
}

# The table of guarantees: each row has a link to a test.
sub check_guarantees {
    my $text = text_of($root, 'README.md');
    while ($text =~ /^\| guarantee \|.*\n\|[-|]+\n((?:\|.*\n)+)/gm) {
        for my $row (split /\n/, $1) {
            complain('guarantee', 'README.md', 0, "no test is linked: $row")
              unless $row =~ /\[`test_\w+`\]\(/;
        }
    }
    return;
}

my @files = files_of($root, '');
read_chapter($_) for grep { m{^spec/[^/]+\.md$} } @files;
for my $path (grep { m{^(?:src|tools|tests|fuzz|spec)/.*\.(?:c|h|sh|pl|md|cddl|cmake)$} } @files) {
    next if $path =~ m{^tests/tidy/|^spec/README\.md$};
    my $text = text_of($root, $path);
    check_quotes($path, $text) unless $path =~ /\.md$/;
    check_citations($path, $text);
}
check_links($_, text_of($root, $_)) for grep { /\.md$/ } @files;
check_guarantees() if -f "$root/README.md";
check_tests(@files);

my @silent = grep { !$must{$_}{seen} } sort keys %must;
printf "quotes: %d numbered MUSTs, %d of them neither quoted nor cited\n",
  scalar(keys %must), scalar(@silent);
for my $id (@silent) {
    print $list ? "  $id $must{$id}{file}: $must{$id}{text}\n" : "  $id $must{$id}{file}\n";
}
exit $bad;
