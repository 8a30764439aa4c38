# English. Each language is a file like this one, under its tag (BCP 47); a test compares them.
# Words of a section stand under its heading; what several sections say stands first.

language-name = English

## Around every page

cancel = Cancel
copied = Copied
copy = Copy
delete = Delete
demo-notice = This is a demo: everybody knows these passwords. Do not put real data here.
edit = Edit
filter = Filter
filter-apply = Filter
filter-clear = Clear
form-required = has to be filled in
group-access = Access
group-applications = Applications
group-directory = Directory
group-operation = Operation
language = Language
nav-crumbs = You are here
nav-main = Console
nav-me = You
notice = Notice
paging = Pages
paging-first = First page
paging-next = Next page
request = Request
save = Save
sign-out = Sign out
skip = Skip to the content

## Names of fields

field-created = Created
field-id = Id
field-name = Name
field-organization = Organization
field-state = State

## States

state-active = Active
state-disabled = Disabled
state-ended = Ended
state-ends-soon = Ends soon

## Secrets

secret-title = Copy this now
secret-text = It is shown this once. Whoever has it can use it.

## What goes wrong

failed-title = Something went wrong here
failed-detail = Nothing was changed. Whoever runs this server finds the reason under the number of the request below.
forged-title = This form cannot be trusted
forged-detail = It comes from another browser, or is too old. Open the page again and repeat what you wanted to do.
missing-title = There is no such page
missing-detail = It does not exist, or your roles do not reach it.
problem-conflict = Something stands in the way.
problem-input = Something in the form is not right.
problem-lockout = After this nobody could change the rules any more.
problem-not-held = Nobody gives what he does not hold.
problem-stale = Somebody changed this while you were looking at it. Open the page again.
problem-title = That was not done
title-problem = Problem
unavailable-title = Not available at the moment
unavailable-detail = Try again in a few seconds.
unreadable-title = This request cannot be read
unreadable-detail = It is too long, or broke off. Go back and try again.

## The style guide

style-consequence = Whoever uses it is signed out at once.
style-done = Saved.
style-empty = Nothing here yet
style-empty-text = This is what a list says that is empty, and the button is the way to the first one.
style-facts = Facts
style-hint = A sentence that helps.
style-lede = Every component of these pages, once.
style-lines = Several lines
style-note = A note says what is to be known before one begins.
style-switch = Yes or no
style-table = A list
style-title = Style guide
