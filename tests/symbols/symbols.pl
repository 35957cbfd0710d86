#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# What the compiled layers import, keep and show.
#
#   symbols.pl imports <folder of allow-lists> <layer>=<archive>...
#     base to relay import only what <layer>.txt allows ("name", or "name in file.c") and aw_
#     symbols of the layers that they may use; they hold no writable data (no global state).
#   symbols.pl exports <folder of public headers> <layer>=<archive>...
#     the symbols of default visibility are exactly the functions that the headers mark AW_API.
#   symbols.pl listed <list> <library>=<shared object>, or <library>=<archive>[,<archive>]...
#     what each installed library shows is exactly what the list says, a line "<library> <name>"
#     each: nothing is added to it or taken from it by accident.
#   symbols.pl list <library>=... prints what the list has to say.
use strict;
use warnings;

my %USES = (
    base   => [],
    crypto => [qw(base)],
    wire   => [qw(base)],
    core   => [qw(base crypto wire)],
    relay  => [qw(base crypto wire)],
);
my $bad = 0;

sub complain {
    print "symbols: @_\n";
    $bad = 1;
}

sub lines_of {
    my @command = @_;
    open(my $pipe, '-|', @command) or die "cannot run $command[0]: $!\n";
    my @lines = <$pipe>;
    close($pipe) or die "$command[0] failed\n";
    return @lines;
}

# Every symbol of an archive: [object, name, section, visibility, binding].
sub symbols_of {
    my ($archive) = @_;
    my ($object, %sections, @all) = ('?');
    for (lines_of('readelf', '--wide', '--sections', '--syms', $archive)) {
        if (/^File: .*\((.*)\)$/) {
            $object   = $1;
            %sections = ();
        }
        $sections{$1} = $2 if /^\s*\[\s*(\d+)\]\s+(\S+)/;
        next unless /^\s*\d+:\s[0-9a-f]+\s+\S+ # number, value, size
            \s+(\w+)\s+(\w+)\s+(\w+)(?:\s+\[.*\])?\s+(\w+)\s+(\S+)/x;
        my ($type, $binding, $visibility, $index, $name) = ($1, $2, $3, $4, $5);
        next if $type eq 'SECTION' || $type eq 'FILE';
        my $section = $index =~ /^\d+$/ ? $sections{$index} // '?' : $index;
        push @all, [$object, $name, $section, $visibility, $binding];
    }
    die "symbols: no symbols in $archive\n" unless @all;
    return @all;
}

sub allow_list {
    my ($path) = @_;
    my %allowed;
    open(my $file, '<', $path) or die "symbols: $path: $!\n";
    while (<$file>) {
        s/\s*#.*//;
        s/\s+$//;
        next unless length;
        my ($name, $file_only) = /^(\S+)(?: in (\S+))?$/ or die "symbols: $path: $_?\n";
        $allowed{$name} = $file_only ? "$file_only.o" : '*';
    }
    close($file);
    return \%allowed;
}

sub imports {
    my ($lists, %archives) = @_;
    my (%symbols, %defines);
    for my $layer (grep { exists $archives{$_} } sort keys %USES) {
        $symbols{$layer} = [symbols_of($archives{$layer})];
        for my $s (@{ $symbols{$layer} }) {
            $defines{$layer}{ $s->[1] } = 1 if $s->[2] ne 'UND' && $s->[4] ne 'LOCAL';
        }
    }
    for my $layer (sort keys %symbols) {
        my $allowed = allow_list("$lists/$layer.txt");
        for my $s (@{ $symbols{$layer} }) {
            my ($object, $name, $section) = @$s;
            if ($section eq 'UND') {
                my $where = $allowed->{$name} // '';
                next if $where eq '*' || $where eq $object;
                next if grep { $defines{$_}{$name} } $layer, @{ $USES{$layer} };
                my ($owner) = grep { $defines{$_}{$name} } sort keys %defines;
                complain("$layer: $object imports $name", $owner ? "of $owner" : ());
            }
            elsif ($section eq 'COM' || $section =~ /^\.t?(?:data|bss)(?!\.rel\.ro)/) {
                complain("$layer: $object keeps $name in $section: no global state");
            }
        }
    }
    complain('no layer to look at') unless %symbols;
    return;
}

# The functions that the headers declare with AW_API.
sub declared_in {
    my ($folder) = @_;
    my %declared;
    for my $path (glob("$folder/*.h")) {
        open(my $file, '<', $path) or die "symbols: $path: $!\n";
        my $text = join '', <$file>;
        close($file);
        $text =~ s{/\*.*?\*/}{ }gs;
        $text =~ s{^\s*#(?:[^\n\\]|\\.)*}{}gms;
        while ($text =~ /\bAW_API\b([^;(]*?)(\w+)\s*\(/g) {
            complain("$path: $2 is declared in ", $declared{$2}, 'too') if $declared{$2};
            $declared{$2} = $path;
        }
    }
    return %declared;
}

sub exports {
    my ($headers, %archives) = @_;
    my %declared = declared_in($headers);
    my %shown;
    for my $layer (sort keys %archives) {
        for my $s (symbols_of($archives{$layer})) {
            my ($object, $name, $section, $visibility, $binding) = @$s;
            next if $section eq 'UND' || $binding eq 'LOCAL';
            $shown{$name} = "$layer: $object" if $visibility eq 'DEFAULT';
            complain("$layer: $object defines $name, which does not begin with aw_")
              unless $name =~ /^aw_/;
        }
    }
    for my $name (sort keys %shown) {
        complain("$shown{$name} shows $name, which no public header declares")
          unless $declared{$name};
    }
    for my $name (sort keys %declared) {
        complain("$declared{$name} declares $name, which nothing defines") unless $shown{$name};
    }
    complain('no public function at all') unless %declared;
    return;
}

# What an installed library shows: "<library> <name>", sorted.
sub shown_by {
    my (%libraries) = @_;
    my %shown;
    for my $library (keys %libraries) {
        for my $file (split /,/, $libraries{$library}) {
            for my $s (symbols_of($file)) {
                my ($object, $name, $section, $visibility, $binding) = @$s;
                next if $section eq 'UND' || $section eq 'ABS' || $binding eq 'LOCAL';
                $shown{"$library $name"} = 1 if $visibility eq 'DEFAULT';
            }
        }
    }
    return sort keys %shown;
}

sub listed {
    my ($list, %libraries) = @_;
    open(my $file, '<', $list) or die "symbols: $list: $!\n";
    my %listed = map { chomp; ($_ => 1) } grep { !/^#/ && /\S/ } <$file>;
    close($file);
    my %shown = map { $_ => 1 } shown_by(%libraries);
    complain("$list does not list: $_") for grep { !$listed{$_} } sort keys %shown;
    for (grep { !$shown{$_} } sort keys %listed) {
        my ($library) = split;
        complain("$list lists what is not there: $_") if $libraries{$library};
    }
    complain('no symbol at all') unless %shown;
    return;
}

my $mode = shift @ARGV // '';
if ($mode eq 'list') {
    print map { "$_\n" } shown_by(map { split /=/, $_, 2 } @ARGV);
    exit 0;
}
my ($folder, @archives) = @ARGV;
my %archives = map { split /=/, $_, 2 } @archives;
if    ($mode eq 'imports') { imports($folder, %archives) }
elsif ($mode eq 'exports') { exports($folder, %archives) }
elsif ($mode eq 'listed')  { listed($folder, %archives) }
else                       { die "usage: symbols.pl imports|exports|listed|list ...\n" }
exit $bad;
