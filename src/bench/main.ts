process.stdout.write('The bench.\n');
