process.stderr.write('Not there yet.\n');
