# English. Each language is a file like this one, under its tag (BCP 47); a test compares them.

language-name = English
