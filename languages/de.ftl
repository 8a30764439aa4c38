# Deutsch.

language-name = Deutsch

## Around every page

cancel = Abbrechen
copied = Kopiert
copy = Kopieren
delete = Löschen
demo-notice = Das ist eine Demo: Alle kennen diese Passwörter. Keine echten Daten eingeben.
edit = Bearbeiten
filter = Filter
filter-apply = Filtern
filter-clear = Zurücksetzen
form-required = muss ausgefüllt werden
group-access = Zugriff
group-applications = Anwendungen
group-directory = Verzeichnis
group-operation = Betrieb
language = Sprache
nav-crumbs = Du bist hier
nav-main = Konsole
nav-me = Du
notice = Hinweis
paging = Seiten
paging-first = Erste Seite
paging-next = Nächste Seite
request = Anfrage
save = Speichern
sign-out = Abmelden
skip = Zum Inhalt springen

## Names of fields

field-created = Angelegt
field-id = Kennung
field-name = Name
field-organization = Organisation
field-state = Zustand

## States

state-active = Aktiv
state-disabled = Gesperrt
state-ended = Beendet
state-ends-soon = Endet bald

## Secrets

secret-title = Jetzt kopieren
secret-text = Das wird nur dieses eine Mal gezeigt. Wer es hat, kann es benutzen.

## What goes wrong

failed-title = Hier ist etwas schiefgegangen
failed-detail = Es wurde nichts geändert. Wer diesen Server betreibt, findet den Grund unter der Nummer der Anfrage unten.
forged-title = Diesem Formular ist nicht zu trauen
forged-detail = Es kommt aus einem anderen Browser oder ist zu alt. Öffne die Seite neu und wiederhole, was du tun wolltest.
missing-title = Diese Seite gibt es nicht
missing-detail = Es gibt sie nicht, oder deine Rollen reichen nicht bis dorthin.
problem-conflict = Etwas steht im Weg.
problem-input = Etwas im Formular stimmt nicht.
problem-lockout = Danach könnte niemand mehr die Regeln ändern.
problem-not-held = Niemand gibt, was er selbst nicht hat.
problem-stale = Jemand hat das geändert, während du es angesehen hast. Öffne die Seite neu.
problem-throttled = Zu viele Versuche. Warte etwas und versuche es dann noch einmal.
problem-title = Das wurde nicht getan
title-problem = Problem
unavailable-title = Im Augenblick nicht erreichbar
unavailable-detail = Versuche es in ein paar Sekunden noch einmal.
unreadable-title = Diese Anfrage ist nicht lesbar
unreadable-detail = Sie ist zu lang oder abgebrochen. Geh zurück und versuche es noch einmal.

## The style guide

style-consequence = Wer es benutzt, wird sofort abgemeldet.
style-done = Gespeichert.
style-empty = Hier ist noch nichts
style-empty-text = Das sagt eine leere Liste, und die Schaltfläche führt zum ersten Eintrag.
style-facts = Tatsachen
style-hint = Ein Satz, der hilft.
style-lede = Jeder Baustein dieser Seiten, einmal.
style-lines = Mehrere Zeilen
style-note = Eine Notiz sagt, was man vorher wissen muss.
style-switch = Ja oder nein
style-table = Eine Liste
style-title = Gestaltung

## What several sections say

deleted = Gelöscht.
delete-title = { $name } löschen?
disable = Sperren
disable-title = { $name } sperren?
disabled = Gesperrt.
enable = Entsperren
enable-title = { $name } entsperren?
enabled = Entsperrt.
facts = Was bekannt ist
filter-all = Alle
filter-name = Name beginnt mit
made = Angelegt.
never = Nie
no = Nein
no-way-back = Es gibt keinen Weg zurück.
nothing-found = Nichts passt
nothing-found-text = Nichts entspricht dem, wonach du gefragt hast. Frag nach weniger.
revoke = Widerrufen
saved = Gespeichert.
show-list = Liste zeigen
state-revoked = Widerrufen
yes = Ja

## More names of fields

field-act = Aktion
field-counts-in = Gilt in
field-email = E-Mail-Adresse
field-email-proven = Die E-Mail-Adresse ist bestätigt
field-ends = Endet
field-family-name = Familienname
field-full-name = Voller Name
field-given-name = Vorname
field-key = Schlüsselwort
field-last-used = Zuletzt benutzt
field-locale = Sprache
field-password = Passwort
field-phone = Telefon
field-role = Rolle
field-scope = Scopes
field-username = Benutzername
field-zone = Zeitzone

## Overview

key-active = Signiert
key-pending = Veröffentlicht, signiert später
key-retiring = Veröffentlicht, signiert nicht mehr
overview = Übersicht
overview-lede = Wie es dieser Installation geht.
overview-nothing = Keine deiner Rollen lässt dich hier etwas verwalten. Dein eigenes Konto findest du oben rechts.
overview-sign-ins = Anmeldungen
overview-sign-ins-plot = { $number ->
    [one] Eine Anmeldung in sieben Tagen
   *[other] { $number } Anmeldungen in sieben Tagen
}
overview-tokens = Tokens
overview-tokens-plot = { $number ->
    [one] Eine Token-Antwort in sieben Tagen
   *[other] { $number } Token-Antworten in sieben Tagen
}
overview-failures = Was in sieben Tagen fehlschlug
overview-failures-none = Nichts schlug fehl
overview-failures-none-text = In den letzten sieben Tagen wurde keine Anmeldung und keine Anfrage einer Anwendung abgewiesen.
overview-keys = Signaturschlüssel
overview-no-system = Es gibt keine Systemorganisation: Was zu keiner Organisation gehört, lässt sich hier nicht verwalten.
overview-http = Browser erreichen diesen Server ohne https. Nutze das nur für Versuche auf diesem Rechner.
overview-wrong-passwords = { $number ->
    [one] Heute gab es ein falsches Passwort, mehr als alle gelungenen Anmeldungen.
   *[other] Heute gab es { $number } falsche Passwörter, mehr als alle gelungenen Anmeldungen.
}
field-algorithm = Verfahren
field-number = Anzahl
field-reason = Grund
field-signs-since = Signiert seit

## Organizations

organizations = Organisationen
organizations-lede = Jeder gehören Personen, Maschinenkonten und Anwendungen.
organizations-new = Neue Organisation
organizations-empty = Noch keine Organisation
organizations-empty-text = Personen und Anwendungen gehören zu einer Organisation. Lege die erste an.
organizations-made = Die Organisation ist angelegt.
organizations-id-hint = Das steht für immer in Tokens, in Kleinbuchstaben. Bleibt es leer, wird eine erfunden.
organizations-inside = Was zu ihr gehört
organizations-disable-consequence = Ihre Personen werden sofort abgemeldet und können sich nicht anmelden. Niemand handelt in ihr. Alles bleibt erhalten, und sie lässt sich wieder entsperren.
organizations-enable-consequence = Ihre Personen können sich wieder anmelden und in ihr handeln.
organizations-delete-consequence = Nur eine leere Organisation lässt sich löschen: ohne Personen, Maschinen, Anwendungen, Rollen und Beziehungen. Sonst sperre sie.

## People and machine users

people = Personen
people-lede = Wer sich anmeldet.
people-new = Neue Person
people-empty = Noch keine Personen
people-empty-text = Lege die erste Person an, mit einem Passwort zum Anmelden.
people-password = Passwort setzen
people-password-title = Ein Passwort für { $name } setzen
people-password-consequence = Alle Sitzungen dieser Person enden. Teile das Passwort auf sicherem Weg mit.
people-password-hint = Mindestens 15 Zeichen; ein paar Wörter sind gut.
people-password-set = Das Passwort ist gesetzt.
people-no-password = Keines: Niemand kann sich anmelden
people-proven-hint = Dann kann man sich damit anmelden.
people-disable-consequence = Die Person wird sofort überall abgemeldet und kann sich nicht anmelden. Alles bleibt erhalten.
people-delete-consequence = Das Konto, seine Sitzungen, Rollen, Einwilligungen und Tokens werden gelöscht. Anwendungen, die seine Kennung behalten, finden niemanden.
machines = Maschinenkonten
machines-lede = Programme, die selbst handeln: mit einem Schlüssel, einem Token oder einer Anwendung.
machines-new = Neues Maschinenkonto
machines-empty = Noch keine Maschinenkonten
machines-empty-text = Ein Programm, das selbst handelt, bekommt ein Maschinenkonto, damit seine Rollen seine eigenen sind.
machines-disable-consequence = Es bekommt keine Tokens mehr, und seine bisherigen gelten nicht mehr. Alles bleibt erhalten.
machines-delete-consequence = Das Maschinenkonto, seine Schlüssel, Rollen und Tokens werden gelöscht.
subjects-enable-consequence = Das Konto kann wieder handeln.
subjects-organization-hint = Für immer.

## Roles

roles = Rollen
roles-lede = Eine Rolle ist ein Name. Regeln sagen, was sie öffnet, Zuteilungen sagen, wer sie wo hat.
roles-new = Neue Rolle
roles-empty = Noch keine Rollen
roles-empty-text = Von einer Rolle sprechen Regeln und Zuteilungen, zum Beispiel Redaktion.
roles-everywhere = Alle Organisationen
roles-key-hint = So nennen sie Tokens und Regeln, für immer: Buchstaben, Ziffern, _ - . und :
roles-delete-consequence = Alle verlieren die Rolle sofort. Regeln über sie gelten nicht mehr.
roles-give = Rolle geben
roles-give-lede = Geben kannst du, was du selbst hast.
roles-give-title = { $name } eine Rolle geben
roles-given = Die Rolle ist gegeben.
roles-organization-hint = Dort gilt die Rolle.
roles-ends-hint = Bleibt es leer, endet sie nicht.
roles-none = Keine Rollen
roles-none-text = Ohne Rolle steht nur das eigene Konto offen.
roles-take = Wegnehmen
roles-take-title = { $role } in { $organization } von { $name } wegnehmen?
roles-take-consequence = Sie gilt von diesem Augenblick an nicht mehr, auch nicht für ausgegebene Tokens.
roles-taken = Die Rolle ist weggenommen.

## Personal access tokens

tokens = Zugriffstokens
tokens-lede = Deine eigenen. Für die eines Maschinenkontos öffne dieses.
tokens-lede-other = Die Tokens eines anderen Kontos.
tokens-new = Neues Token
tokens-new-lede = Ein Programm handelt damit als du.
tokens-empty = Keine Tokens
tokens-empty-text = Mit einem persönlichen Zugriffstoken handelt ein Skript ohne Browser.
tokens-name-hint = Wofür es ist, um es wiederzuerkennen.
tokens-scope-hint = Scopes von APIs begrenzen es auf diese. Bleibt es leer, begrenzen es nur die Rollen.
tokens-ends-hint = Innerhalb eines Jahres. Bleibt es leer: in 30 Tagen.
tokens-revoke-title = { $name } widerrufen?
tokens-revoke-consequence = Was es benutzt, wird von diesem Augenblick an abgewiesen.
tokens-revoked = Das Token ist widerrufen.

## Set-up

set-up = Symbolon einrichten
set-up-lede = Du legst das erste Administratorkonto an. Diese Seite geht nur einmal.
set-up-submit = Administratorkonto anlegen
set-up-organization = Name deiner Organisation
set-up-organization-hint = Wer in ihr eine Rolle hat, verwaltet die ganze Installation. Halte sie klein.
set-up-done-title = Fertig
set-up-done = Melde dich mit dem Konto an, das du gerade angelegt hast.
set-up-sign-in = Anmelden

## The own account

account = Dein Konto
account-lede = Wer du hier bist, und was Anwendungen erfahren, wenn du sie lässt.
account-locale-hint = Zum Beispiel de-AT. Diese Seiten richten sich danach, solange du keine andere Sprache wählst.
account-email = E-Mail-Adresse ändern
account-email-hint = Eine geänderte Adresse ist nicht bestätigt: Du kannst dich nicht mit ihr anmelden.
account-email-none = Keine
account-password = Passwort
account-password-lede = Ein neues Passwort meldet dich überall ab, nur hier nicht.
account-password-change = Passwort ändern
account-password-done = Das Passwort ist geändert. Alle anderen Sitzungen sind beendet.
account-sessions = Sitzungen
account-sessions-lede = Die Browser und Geräte, in denen du angemeldet bist.
account-here = Diese hier
account-session-end = Beenden
account-session-end-title = Die Sitzung beenden, die { $since } begann?
account-session-end-consequence = Jener Browser wird abgemeldet. Anwendungen verlieren, was daraus entstand, außer du hast ihnen erlaubt, auch ohne dich zu handeln.
account-session-ended = Die Sitzung ist beendet.
account-sessions-end-others = Alle anderen beenden
account-sessions-end-others-title = Alle anderen Sitzungen beenden?
account-sessions-end-others-consequence = Du wirst überall abgemeldet, nur hier nicht, und Anwendungen, bei denen du anderswo angemeldet bist, müssen dich neu fragen.
account-sessions-ended = Alle anderen Sitzungen sind beendet.
account-applications = Anwendungen
account-applications-lede = Was du Anwendungen erlaubt hast.
account-applications-empty = Keine Anwendungen
account-applications-empty-text = Hier steht jede Anwendung, der du etwas erlaubst, und du kannst es zurücknehmen.
account-withdraw = Zurücknehmen
account-withdraw-title = Zurücknehmen, was { $name } darf?
account-withdraw-consequence = Ihre Tokens für dich enden sofort. Das nächste Mal fragt sie dich wieder.
account-withdrawn = Es ist zurückgenommen.
account-tokens-lede = Ein Skript mit einem davon handelt als du.
account-data = Deine Daten
account-data-lede = Alles, was hier über dich aufbewahrt wird, als eine JSON-Datei.
account-data-note = Darin sind dein Profil, deine Namen, Rollen, Sitzungen, Einwilligungen, Anmeldungen bei Anwendungen, Zugriffstokens ohne ihren Text, und was das Protokoll über dich enthält. Passwörter und Geheimnisse werden nur als Hash aufbewahrt und sind nicht darin.
account-data-download = Herunterladen
account-language-hint = Das merkt sich dieser Browser.
account-language-lede = In welcher Sprache diese Seiten erscheinen.
field-allowed = Erlaubt
field-began = Begonnen
field-may = Darf
field-nickname = Rufname
field-password-current = Jetziges Passwort
field-password-new = Neues Passwort
field-password-typed = Zuletzt angemeldet

## Applications

applications = Anwendungen
applications-lede = Wo Personen sich anmelden, und was Tokens verlangt.
applications-new = Neue Anwendung
applications-create = Anwendung anlegen
applications-choose = Was ist es? Alles andere beginnt sicher und kann geändert werden.
applications-empty = Noch keine Anwendung
applications-empty-text = Die Anleitung legt die erste mit dir an, in fünf Schritten bis zu einer Anmeldung, die funktioniert.
applications-filter-name = Name oder Kennung enthält
applications-of-none = Keine: die Installation
applications-made = Die Anwendung ist angelegt.
applications-open = Anwendung öffnen
applications-registered = Was eingetragen ist
applications-advanced = Erweitert
applications-machine-new = Ein neuer, mit dem Namen der Anwendung
applications-secret-text = Das wird nur dieses eine Mal gezeigt. Bewahre es dort auf, wo die Anwendung es liest, aber in keinem Quelltext. Wer es hat, ist die Anwendung.
applications-enable-consequence = Sie bekommt wieder Tokens, und Personen können sich bei ihr anmelden.
applications-disable-consequence = Niemand kann sich bei ihr anmelden, und sie bekommt keine Tokens. Die sie hat, gelten sofort nichts mehr. Alles bleibt erhalten, und sie kann wieder freigegeben werden.
applications-delete-consequence = Die Anwendung und ihre Geheimnisse werden gelöscht. Alle ihre Tokens gelten sofort nichts mehr.
applications-delete-people = Niemand kann sich mehr bei ihr anmelden, und wozu Personen zugestimmt haben, wird vergessen. Ein Maschinenbenutzer, als der sie handelte, bleibt.
kind-web = Web mit Server
kind-web-text = Ihre Seiten kommen von einem Server, der ein Geheimnis bewahrt.
kind-browser = Nur im Browser
kind-browser-text = Sie läuft allein im Browser, als Single-Page-Anwendung. Sie hat kein Geheimnis; PKCE schützt sie.
kind-native = Installiert
kind-native-text = Sie ist auf einem Telefon oder Rechner installiert. Sie hat kein Geheimnis; PKCE schützt sie.
kind-machine = Maschine
kind-machine-text = Sie handelt von selbst, als Maschinenbenutzer mit eigenen Rollen, und niemand meldet sich an.
kind-gateway = API-Gateway
kind-gateway-text = Es steht vor APIs: Es fragt, wozu ein Token gut ist, und tauscht es gegen ein kurzes.
field-kind = Art
field-client-id = Client-Id
field-issuer = Issuer
field-origin = Kommt von
field-machine = Maschinenbenutzer
field-redirect-uris = Redirect-URIs
field-post-logout-uris = Redirect-URIs nach dem Abmelden
field-backchannel-logout = URI für Back-Channel-Logout
field-grants = Grants
field-methods = Weist sich aus mit
field-audience = Audience
field-introspects = APIs, deren Tokens es ansehen darf
field-refresh = Refresh-Tokens
field-device = Anmeldung mit einem Code, für Geräte ohne Tastatur
field-trusted = Personen werden nicht um Zustimmung gefragt
field-opaque = Undurchsichtige Access-Tokens
field-token-lifetime = Lebensdauer der Access-Tokens, in Sekunden
field-dpop = Tokens an einen Schlüssel gebunden (DPoP)
field-par = Anfragen müssen hinterlegt werden (PAR)
field-client-uri = Startseite
field-logo-uri = Logo
field-policy-uri = Datenschutzerklärung
field-tos-uri = Nutzungsbedingungen
field-overlap = Die alten Geheimnisse gelten noch
hint-client-name = Personen sehen ihn, wenn sie sich anmelden.
hint-client-id = Das sagen Tokens für immer. Bleibt es leer, wird eine ausgedacht.
hint-redirect-uris = Wohin Personen nach dem Anmelden zurückkommen, eine je Zeile. Sie werden genau verglichen; nur der Port von 127.0.0.1 ist frei.
hint-post-logout-uris = Eine je Zeile.
hint-client-scope = Scopes von APIs, die sie verlangen darf, mit Leerzeichen dazwischen. Du kannst geben, was du selbst hast.
hint-refresh = Damit sich niemand für jedes Access-Token neu anmelden muss.
hint-device = Für Fernseher und Kommandozeilen.
hint-trusted = Nur für eigene Anwendungen: Wer sie betreibt, sieht, wonach Personen gefragt worden wären.
hint-audience = Für welche APIs ihre Access-Tokens sind, eine je Zeile. Bleibt es leer, sind sie nur für diesen Server.
hint-opaque = APIs fragen diesen Server, was darin steht, statt sie zu lesen.
hint-token-lifetime = Kürzer, als dieser Server eingestellt ist. Bleibt es leer: wie dort.
hint-dpop = Ein gestohlenes Token ist ohne den Schlüssel nichts wert. Die Bibliothek muss DPoP kennen.
hint-par = Was verlangt wird, geht nicht durch den Browser. Die Bibliothek muss PAR kennen.
hint-backchannel-logout = Dort sagt ihr dieser Server, wenn jemand sich abmeldet.
hint-client-uri = Personen finden es neben der Frage nach der Zustimmung.
hint-machine = Aus derselben Organisation. Du kannst geben, was du selbst hast.
hint-machine-id = Seine Kennung. Er ist aus derselben Organisation.
hint-introspects = Ihre Audiences, eine je Zeile.
hint-overlap = Gib der Anwendung inzwischen das neue Geheimnis.
origin-operator = Hier angelegt
origin-registered = Hat sich selbst eingetragen
origin-document = Ihre Kennung ist die Adresse ihrer Beschreibung
redirect-fault = { $uri }: { $reason }
redirect-character = Leerraum, Steuerzeichen, umgekehrte Schrägstriche und Zeichen außerhalb von ASCII sind nicht erlaubt.
redirect-dangerous-scheme = Dieses Schema führt im Browser Code aus oder liest Dateien.
redirect-fragment = Eine Redirect-URI hat keinen Teil hinter #.
redirect-not-absolute = Sie muss vollständig sein, etwa https://app.example/callback.
redirect-plain-http = http ist nur für diesen Rechner (http://127.0.0.1:…); sonst ist es https.
redirect-private-scheme = Ein eigenes Schema ist der umgedrehte eigene Domainname, etwa com.example.app:/callback.
redirect-too-long = Sie hat höchstens 2048 Zeichen.
redirect-userinfo = Eine Redirect-URI hat keinen Benutzernamen und kein Passwort.
secrets = Client-Geheimnisse
secrets-end = Beenden
secrets-end-title = Das Geheimnis { $name } beenden?
secrets-end-consequence = Was es benutzt, wird von diesem Augenblick an abgewiesen. Das letzte Geheimnis bleibt.
secrets-ended = Das Geheimnis ist beendet.
secrets-rotate = Neues Geheimnis
secrets-rotated = Das neue Geheimnis
secrets-rotate-consequence = Das neue Geheimnis gilt sofort. Alle anderen enden nach der Zeit, die du wählst.
secrets-others-end = Die anderen Geheimnisse enden am { $moment }.
overlap-none = gar nicht: Sie enden sofort
overlap-hour = eine Stunde
overlap-day = einen Tag
overlap-week = eine Woche
overlap-month = 30 Tage
code = Code zum Kopieren
code-lede = Eine Anmeldung, die funktioniert; was eingetragen ist, steht darin. Das Geheimnis kommt aus der Umgebung.

## The first application

guide = Erste Anwendung, Schritt für Schritt
guide-steps = Schritte
guide-done = erledigt
guide-next = Weiter
guide-library = Bibliothek
guide-application = Anwendung
guide-secret = Kennung und Geheimnis
guide-code = Code
guide-sign-in = Anmeldung
guide-other = Etwas anderes, etwa eine Maschine oder ein Gateway?
guide-redirect-hint = Dort lauscht der Code der nächsten Schritte, während du entwickelst. Füge die Adressen der echten Anwendung jetzt oder später hinzu, eine je Zeile.
guide-no-secret = Diese Art hat kein Geheimnis: Wer sie benutzt, könnte es lesen. PKCE schützt sie.
guide-try = Ausprobieren
guide-try-open = Starten
guide-try-open-text = Starte die Anwendung und öffne sie im Browser: der Teil der Redirect-URI vor dem Pfad.
guide-try-sign-in = Anmelden
guide-try-sign-in-text = Die Anmeldeseite dieses Servers erscheint. Melde dich an; wer noch nicht zugestimmt hat, wird gefragt.
guide-try-back = Zurück sein
guide-try-back-text = Die Anwendung sagt, wer angemeldet ist. Das ist alles: Es funktioniert.
guide-wrong = Wenn nicht
guide-wrong-redirect = Die Redirect-URI der Anwendung ist keine der eingetragenen, Buchstabe für Buchstabe.
guide-wrong-client = Die Client-Id oder das Geheimnis ist ein anderes. Ein neues Geheimnis gibt es auf der Seite der Anwendung.
guide-wrong-pkce = Die Bibliothek benutzt PKCE nicht, oder nicht mit S256. Man muss es ihr sagen.

## Regeln

rules = Regeln
rules-lede = Welche Rolle was darf. Eine Gruppe von Scopes führt zu ihrer Tabelle.
rules-tab = Gruppen von Scopes
rules-all = Alle Regeln
rules-all-lede = Eine Regel mit einem Muster wie Invoices.* spricht von allen Scopes darunter. Wer verbietet, gewinnt.
rules-versions = Versionen
rules-versions-lede = Jede Änderung ist eine Version. Öffne eine, um sie zu vergleichen oder zu ihr zurückzukehren.
rules-groups = Gruppen
rules-find = Scope enthält
rules-empty = Noch keine Scopes
rules-empty-text = Scopes gehören zu APIs. Lege zuerst eine API an.
rules-new = Neue Regel
rules-matrix-lede = Rollen gegen die Scopes dieser Gruppe. Eine Antwort führt zu ihrer Änderung. Pfeiltasten führen von einer zur nächsten.
rules-legend = * durch ein Muster oder eine Regel für überall. ° andere Organisationen haben eigene Regeln dazu.
rules-acting = Handelt in
rules-columns = Scopes
rules-columns-first = Erste Scopes
rules-columns-next = Weitere Scopes
rules-allow = erlaubt
rules-deny = verboten
rules-no = nein
rules-nothing = keine Regel
rules-with-pattern = mit Muster
rules-change = Regeln ändern
rules-change-lede = Sag, was gelten soll. Bevor sich etwas ändert, siehst du, wer gewinnt und wer verliert.
rules-pattern-hint = Ein Scope, alle unter einem Teil (Invoices.*) oder alle (*).
rules-try = Wer gewinnt, wer verliert?
rules-preview = Wer gewinnt, wer verliert
rules-preview-lede = Noch ist nichts geändert.
rules-save = In Kraft setzen
rules-saved = Die Regeln gelten, auf jeder Instanz innerhalb einer Sekunde.
rules-comment-hint = Warum, für alle, die später die Versionen ansehen.
rules-same = Das ändert nichts.
rules-added = { $number ->
    [one] Eine Regel kommt hinzu
   *[other] { $number } Regeln kommen hinzu
}
rules-removed = { $number ->
    [one] Eine Regel fällt weg
   *[other] { $number } Regeln fallen weg
}
rules-gains = { $number ->
    [0] Niemand gewinnt etwas
    [one] Einer gewinnt
   *[other] { $number } gewinnen
}
rules-loses = { $number ->
    [0] Niemand verliert etwas
    [one] Einer verliert
   *[other] { $number } verlieren
}
rules-counted = Wie viele
rules-affected = Wer
rules-more = Es sind mehr, als hier gezeigt werden.
rules-now-allowed = Jetzt ist { $role } erlaubt: { $scope }, und zwar hierdurch:
rules-now-denied = Jetzt ist { $role } verboten: { $scope }, und zwar hierdurch:
rules-now-nothing = Keine Regel über { $role } spricht jetzt von { $scope }.
rules-version = Version { $version }
rules-version-same = Sie ist gleich wie Version { $version }.
rules-compare-to = Vergleichen mit Version
rules-since-added = { $number ->
    [one] Eine Regel ist dazugekommen
   *[other] { $number } Regeln sind dazugekommen
}
rules-since-removed = { $number ->
    [one] Eine Regel ist weggefallen
   *[other] { $number } Regeln sind weggefallen
}
rules-restore = Wiederherstellen
rules-restore-title = Version { $version } wiederherstellen?
rules-restore-consequence = Ihre Regeln werden die nächste Version. Nichts geht verloren.
change = Ändern
field-comment = Bemerkung
field-effect = Antwort
field-group = Gruppe
field-pattern = Scope oder Muster
field-version = Version
field-who = Wer

## Warum

why = Warum?
why-lede = Darf jemand etwas, und warum? Nach den Regeln, die jetzt gelten.
why-how = Sag, wer, wo, und entweder einen Scope oder einen Endpunkt.
why-who = Person oder Maschinenkonto
why-who-hint = Ein Name oder eine Id.
why-scope = Scope
why-path-hint = Eines Endpunkts, wie /invoices/7.
why-answer = Antwort
why-yes = Ja
why-no = Nein
why-needed = Nötiger Scope
why-allowed = Eine Regel erlaubt es, und keine verbietet es.
why-denied = Eine Regel verbietet es.
why-no-role = Dort zählt keine Rolle.
why-no-rule = Keine Regel über die Rollen dort erlaubt es.
why-shut-out = Die Regeln erlauben es, aber das Konto oder seine Organisation ist gesperrt.
why-roles = Rollen, die zählen
why-rules = Regeln, die entscheiden
why-steps = Schritt für Schritt
why-through = Durch
why-through-grant = Gegeben
why-through-relation = Gehalten in { $manager }
field-api = API
field-method = Methode
field-path = Pfad

## APIs und Endpunkte

apis = APIs
apis-lede = Was geschützt ist: seine Scopes, und welcher Endpunkt welchen braucht.
apis-new = Neue API
apis-empty = Noch keine APIs
apis-empty-text = Eine API nennt ihre Scopes und Endpunkte, damit Regeln sagen können, wer sie aufrufen darf.
apis-audience-hint = Für wen Tokens sind, für immer, wie https://invoices.example.
apis-scopes = Scopes
apis-scopes-empty-text = Füge einen Scope hinzu, oder frage nach weniger.
apis-endpoints = Endpunkte
apis-endpoints-empty-text = Füge einen Endpunkt hinzu, oder frage nach weniger. Was nicht aufgeführt ist, wird abgelehnt.
apis-scope-new = Scope hinzufügen
apis-scope-hint = Teile mit Punkten dazwischen, wie Invora.Invoices.Read.
apis-description-hint = Wozu er da ist, für Menschen.
apis-endpoint-new = Endpunkt hinzufügen
apis-path-hint = Was sich ändert, steht in geschweiften Klammern, wie /invoices/{"{"}id{"}"}.
apis-removed = Entfernt.
apis-remove-title = { $name } entfernen?
apis-scope-consequence = Regeln darüber zählen nichts mehr, und niemand bekommt ihn. Endpunkte, die ihn brauchen, müssen zuerst weg.
apis-endpoint-consequence = Ein Gateway lehnt ihn von diesem Augenblick an ab.
apis-delete-consequence = Ihre Endpunkte sind dann unbekannt: Ein Gateway lehnt sie alle ab.
field-description = Beschreibung
remove = Entfernen

## Signaturschlüssel

keys = Signaturschlüssel
keys-lede = Mit ihnen werden Tokens signiert. Sie wechseln von selbst.
keys-empty = Noch keine Schlüssel
keys-empty-text = Die ersten entstehen, wenn der Server startet.
keys-retired = Ausgeschieden
keys-rotate = Schlüssel wechseln
keys-rotated = Nachfolger sind gemacht.
keys-waiting = Jeder Schlüssel hat schon einen Nachfolger, der wartet.
keys-at-once = Sofort mit den neuen Schlüsseln signieren
keys-at-once-hint = Wenn ein Schlüssel bekannt geworden ist. Anwendungen, die die Schlüssel lange behalten, lehnen Tokens vielleicht ab, bis sie sie neu holen.
keys-consequence = Jeder Schlüssel bekommt einen Nachfolger, der sofort veröffentlicht wird und später signiert. Ausgegebene Tokens bleiben gut.
field-generation = Generation

## Sitzungen

sessions = Sitzungen
sessions-lede = Wo Personen angemeldet sind. Öffne jemanden, um die Sitzungen zu sehen oder zu beenden.
sessions-of = Sitzungen von { $name }
sessions-methods = Angemeldet durch
sessions-empty = Keine Sitzungen
sessions-empty-text = Mit diesem Konto hat sich länger niemand angemeldet.
sessions-end = Beenden
sessions-end-all = Alle Sitzungen beenden
sessions-ended = Beendet.
sessions-end-consequence = Der Browser ist abgemeldet, und was daraus entstand, endet, außer es war für Zugriff ohne Anwesenheit freigegeben.
sessions-end-all-consequence = Die Person ist überall abgemeldet. Alle Refresh-Tokens enden, und alle Zugriffstokens aus einer Anmeldung.

## Protokoll

audit = Protokoll
audit-lede = Wer was woran getan hat, und von wo. Das Neueste zuerst.
audit-json = Als JSON-Zeilen
audit-csv = Als CSV
audit-when = Wann
audit-action = Tat
audit-action-hint = Wie role.create.
audit-object = Gegenstand
audit-object-hint = Wie role/viewer.
audit-actor-hint = Eine Id.
audit-where = Von
audit-detail = Mehr
audit-from = Vom Tag
audit-until = Bis zum Tag
audit-follow = Mitlesen
audit-follow-no = Nein
audit-follow-yes = Alle 5 Sekunden
audit-follows = Die Seite wird alle fünf Sekunden neu geholt.
audit-too-many = Das sind mehr als 10000 Ereignisse. Grenze sie ein, etwa nach Tagen, und nimm mehrere Dateien.
