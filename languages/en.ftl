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
problem-throttled = Too many attempts. Wait, then try again.
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

## What several sections say

deleted = Deleted.
delete-title = Delete { $name }?
disable = Disable
disable-title = Disable { $name }?
disabled = Disabled.
enable = Enable
enable-title = Enable { $name }?
enabled = Enabled.
facts = What is known
filter-all = All
filter-name = Name begins with
made = Made.
never = Never
no = No
no-way-back = There is no way back.
nothing-found = Nothing fits
nothing-found-text = Nothing is like what you asked for. Ask for less.
revoke = Revoke
saved = Saved.
show-list = Show the list
state-revoked = Revoked
yes = Yes

## More names of fields

field-act = Action
field-counts-in = Counts in
field-email = E-mail address
field-email-proven = The e-mail address is proven
field-ends = Ends
field-family-name = Family name
field-full-name = Full name
field-given-name = Given name
field-key = Key
field-last-used = Last used
field-locale = Language
field-password = Password
field-phone = Telephone
field-role = Role
field-scope = Scopes
field-username = Username
field-zone = Time zone

## Overview

key-active = Signs
key-pending = Published, signs later
key-retiring = Published, signs no more
overview = Overview
overview-lede = How this installation is doing.
overview-nothing = None of your roles lets you manage anything here. Your own account is at the top right.
overview-sign-ins = Sign-ins
overview-sign-ins-plot = { $number ->
    [one] One sign-in in seven days
   *[other] { $number } sign-ins in seven days
}
overview-tokens = Tokens
overview-tokens-plot = { $number ->
    [one] One token response in seven days
   *[other] { $number } token responses in seven days
}
overview-failures = What failed in seven days
overview-failures-none = Nothing failed
overview-failures-none-text = No sign-in and no request of an application was refused in the last seven days.
overview-keys = Signing keys
overview-no-system = There is no system organization: what belongs to no organization cannot be managed here.
overview-http = Browsers reach this server without https. Use it for tests on this machine alone.
overview-wrong-passwords = { $number ->
    [one] One wrong password today, more than all sign-ins that worked.
   *[other] { $number } wrong passwords today, more than all sign-ins that worked.
}
field-algorithm = Algorithm
field-number = Number
field-reason = Reason
field-signs-since = Signs since

## Organizations

organizations = Organizations
organizations-lede = Each owns people, machine users and applications.
organizations-new = New organization
organizations-empty = No organization yet
organizations-empty-text = People and applications belong to an organization. Make the first one.
organizations-made = The organization is made.
organizations-id-hint = What tokens say for ever, in lower case. Left empty, one is made up.
organizations-inside = What belongs to it
organizations-disable-consequence = Its people are signed out at once and cannot sign in. Nobody acts in it. Everything is kept, and it can be enabled again.
organizations-enable-consequence = Its people can sign in again, and act in it.
organizations-delete-consequence = Only an empty organization can be deleted: no people, machines, applications, roles or relations. Else disable it.

## People and machine users

people = People
people-lede = Who signs in.
people-new = New person
people-empty = No people yet
people-empty-text = Make the first person, with a password to sign in with.
people-password = Set a password
people-password-title = Set a password for { $name }
people-password-consequence = All sessions of this person end. Tell the password on a safe way.
people-password-hint = At least 15 characters; a few words are good.
people-password-set = The password is set.
people-no-password = None: nobody can sign in
people-proven-hint = Then it is a name to sign in with.
people-disable-consequence = The person is signed out everywhere at once, and cannot sign in. Everything is kept.
people-delete-consequence = The account, its sessions, its roles, its consents and its tokens are deleted. Applications that keep its id find nobody.
machines = Machine users
machines-lede = Programs that act by themselves, with a key, a token or an application.
machines-new = New machine user
machines-empty = No machine users yet
machines-empty-text = A program that acts by itself gets a machine user, so that its roles are its own.
machines-disable-consequence = It gets no tokens any more, and those it has are good for nothing. Everything is kept.
machines-delete-consequence = The machine user, its keys, its roles and its tokens are deleted.
subjects-enable-consequence = It can act again.
subjects-organization-hint = For ever.

## Roles

roles = Roles
roles-lede = A role is a name. Rules say what it opens, grants say who holds it where.
roles-new = New role
roles-empty = No roles yet
roles-empty-text = A role is what rules and grants speak of, such as editor.
roles-everywhere = All organizations
roles-key-hint = What tokens and rules call it, for ever: letters, digits, _ - . and :
roles-delete-consequence = Everybody loses the role at once. Rules about it count for nothing.
roles-give = Give a role
roles-give-lede = You can give what you hold yourself.
roles-give-title = Give { $name } a role
roles-given = The role is given.
roles-organization-hint = The role counts there.
roles-ends-hint = Left empty, it does not end.
roles-none = No roles
roles-none-text = Without a role nothing is open but the own account.
roles-take = Take away
roles-take-title = Take { $role } in { $organization } from { $name }?
roles-take-consequence = It counts no longer from this moment on, also for tokens that are out.
roles-taken = The role is taken away.

## Personal access tokens

tokens = Access tokens
tokens-lede = Your own. For those of a machine user, open it.
tokens-lede-other = The tokens of somebody else.
tokens-new = New token
tokens-new-lede = A program with it acts as you.
tokens-empty = No tokens
tokens-empty-text = A personal access token lets a script act without a browser.
tokens-name-hint = What it is for, to know it again.
tokens-scope-hint = Scopes of APIs limit it to these. Left empty, the roles alone limit it.
tokens-ends-hint = Within a year. Left empty: in 30 days.
tokens-revoke-title = Revoke { $name }?
tokens-revoke-consequence = Whatever uses it is refused from this moment on.
tokens-revoked = The token is revoked.

## Set-up

set-up = Set up Symbolon
set-up-lede = You make the first administrator. This page works once.
set-up-submit = Make the administrator
set-up-organization = Name of your organization
set-up-organization-hint = Whoever holds a role in it administers the whole installation. Keep it small.
set-up-done-title = It is done
set-up-done = Sign in as the administrator you just made.
set-up-sign-in = Sign in

## The own account

account = Your account
account-lede = Who you are here, and what applications are told when you let them.
account-locale-hint = Such as de-AT. These pages follow it, unless you choose another language.
account-email = Change the e-mail address
account-email-hint = A changed address is not proven: you cannot sign in with it.
account-email-none = None
account-password = Password
account-password-lede = A new password signs you out everywhere but here.
account-password-change = Change the password
account-password-done = The password is changed. All other sessions have ended.
account-sessions = Sessions
account-sessions-lede = The browsers and devices in which you are signed in.
account-here = This one
account-session-end = End
account-session-end-title = End the session that began { $since }?
account-session-end-consequence = That browser is signed out. Applications lose what came of it, unless you allowed them to act while you are away.
account-session-ended = The session has ended.
account-sessions-end-others = End all others
account-sessions-end-others-title = End all other sessions?
account-sessions-end-others-consequence = You are signed out everywhere but here, and applications that you signed in to elsewhere have to ask again.
account-sessions-ended = All other sessions have ended.
account-applications = Applications
account-applications-lede = What you allowed applications.
account-applications-empty = No applications
account-applications-empty-text = An application that you allow something stands here, and you can take it back.
account-withdraw = Withdraw
account-withdraw-title = Withdraw what { $name } may?
account-withdraw-consequence = Its tokens for you end at once. The next time it asks you again.
account-withdrawn = It is withdrawn.
account-tokens-lede = A script with one of them acts as you.
account-data = Your data
account-data-lede = All that is kept about you here, as one JSON file.
account-data-note = In it are your profile, names, roles, sessions, consents, sign-ins to applications, access tokens without their text, and what the log has about you. Passwords and secrets are kept only as hashes, and are not in it.
account-data-download = Download
account-language-hint = Kept in this browser.
account-language-lede = In which language these pages are shown.
field-allowed = Allowed
field-began = Began
field-may = May
field-nickname = Nickname
field-password-current = Present password
field-password-new = New password
field-password-typed = Last signed in
