# SPDX-License-Identifier: ISC
# Shared by tidy.pl and quotes.pl: the files of the tree, C text without comments, complaints.
use strict;
use warnings;

our $bad = 0;

# complain(<rule>, <file>, <line or 0>, <what is wrong and what to do>)
sub complain {
    my ($rule, $file, $line, $what) = @_;
    print $line ? "$file:$line" : $file, ": [$rule] $what\n";
    $bad = 1;
    return;
}

# Relative paths of all files under $root, without builds, version control and data.
sub files_of {
    my ($root, $folder) = @_;
    my @files;
    opendir(my $handle, $folder eq '' ? $root : "$root/$folder") or die "tidy: $root/$folder: $!\n";
    for my $name (sort readdir $handle) {
        next if $name =~ /^\.{1,2}$/ || $name eq '.git' || $folder eq '' && $name =~ /^build/;
        my $path = $folder eq '' ? $name : "$folder/$name";
        next if $path eq 'tests/data' || $path eq 'fuzz/corpus' || $path eq 'spec/vectors';
        next if -l "$root/$path";
        push @files, -d "$root/$path" ? files_of($root, $path) : $path;
    }
    closedir($handle);
    return @files;
}

sub text_of {
    my ($root, $path) = @_;
    open(my $file, '<:encoding(UTF-8)', "$root/$path") or die "tidy: $root/$path: $!\n";
    local $/ = undef;
    my $text = <$file>;
    close($file);
    return $text // '';
}

sub line_at {
    my ($text, $pos) = @_;
    return 1 + (substr($text, 0, $pos) =~ tr/\n//);
}

# C text with comments blanked, and strings too unless they are wanted; lines stay where they are.
sub code_of {
    my ($text, $keep_strings) = @_;
    my $blank = sub { my ($t) = @_; $t =~ s/[^\n]/ /g; return $t };
    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')}{
        defined $1 ? $blank->($1) : $keep_strings ? $2 : '"' . $blank->(substr($2, 2)) . '"'
    }gse;
    return $text;
}

1;
