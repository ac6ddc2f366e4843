#!/usr/bin/env python3
"""Makes everything in samples/ but its README: invented exports, and files that are none.

    tools/make_samples.py [FOLDER]      FOLDER is samples/ of this project by default

The same program gives the same bytes everywhere. One invented world of companies and people is
exported by several platforms: each in its own columns, knows only a part of it, and spells what it
knows in its own dirty way. What is odd about which file stands in samples/README.md.
All names are made up; all domains end in .example, all telephone numbers are reserved for fiction.
"""
import csv
import gzip
import io
import random
import re
import struct
import sys
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

SEED = 20240115

FIRST_NAMES = (
    "Mara Tobias Ingrid Calvin Odette Rufus Selma Bastian Priya Anselm Yara Fenton Lucinda Marek Tilda Orson "
    "Greta Dorian Amara Lionel Svenja Casper Noemi Alaric Bettina Quentin Ottilie Rohan Marlies Desmond Thea "
    "Ulrich Paloma Everett Liesel Cormac Zuzana Harlan Mireille Knut Adaeze Percival Ronja Emeric Saskia "
    "Andr\u00e9 Zo\u00eb J\u00fcrgen S\u00f8ren Beno\u00eet Jos\u00e9 Ren\u00e9e Bj\u00f6rn").split()
LAST_NAMES = (
    "Lindqvist Abernathy Okonjo-Reyes Falkenrath McTavish O'Dowd Brightwater Castellane Drummond-Hay Eisenbart "
    "Fairweather Gladstein Hollowell Imhofer Jankauskas Kettlewell Lamoureux Marchetti Nightingale Osterhaus "
    "Pemberton Quillfeather Ravensworth Stolzenfels Thistlewood Underhill Vandermeer Wolkenstein Yarborough "
    "Zeligsson Applegarth Birnbaumer Cloverfield Dunkelmann Elderkin Fitzmorris Grunewalder Hasselqvist "
    "Ingersleben Kowalczewski L\u00f6wenherz M\u00fcllerstedt N\u00fa\u00f1ez-Prado Br\u00fcckner-Sol S\u00e1nchez-Mora "
    "MacAllistair").split() + ["van der Bergh", "de la Fontaine", "von Rabenau"]
TITLES = ("Chief Executive Officer|Head of Marketing|VP Sales|Sales Director|Marketing Manager|Founder|Co-Founder & CEO|"
          "Chief Technology Officer|Head of Growth|Procurement Manager|E-Commerce Manager|Operations Director|"
          "Senior Buyer|Managing Director|Account Executive|Chief Marketing Officer|Director, Business Development|"
          "RevOps Lead|Customer Success Manager|Product Owner").split("|")
BRANDS = (
    "Nordwind|Bluefin|Copperleaf|Harbourstone|Silverbirch|Quarzwerk|Lumenor|Peakline|Fernbrook|Amberfield|Tidewater|"
    "Grauland|Oakhurst|Pinecrest|Rotfuchs|Stellaris|Moorgate|Windmere|Ironbridge|Clearspring|Bergblick|Sandpiper|"
    "Foxglove|Kestrel|Larkspur|Meadowlark|Northgate|Osprey|Redstart|Saltmarsh|Thornfield|Umbra|Vellum|Wayfarer|"
    "Zephyrine|Ashdown|Birkenhain|Cinderford|Dovetail|Elmstead|Flintlock|Goldhahn").split("|")
KINDS = {  # second word: industry, what the company does
    "Logistics": ("Logistics & Supply Chain", "moves parcels, pallets and containers"),
    "Foods": ("Food & Beverages", "bakes, roasts and bottles for shops and restaurants"),
    "Software": ("Computer Software", "writes software for workshops and small plants"),
    "Outdoor": ("Sporting Goods", "sells tents, boots and \"everything between\""),
    "Textiles": ("Apparel & Fashion", "weaves, dyes and sews, from yarn to coat"),
    "Energy": ("Renewables & Environment", "plans, builds and runs solar roofs"),
    "Clinic": ("Hospital & Health Care", "looks after teeth, backs and eyes"),
    "Studio": ("Marketing & Advertising", "films, designs and advertises"),
    "Tools": ("Machinery", "makes drills, lathes and spare parts"),
    "Interiors": ("Furniture", "furnishes offices, hotels and homes"),
}
COUNTRY_CODES = {"United States": "US", "United Kingdom": "GB", "Germany": "DE", "France": "FR", "Sweden": "SE",
                 "Netherlands": "NL"}
PLACES = [  # city, region, country, legal forms, telephone numbers nobody has
    ("Austin", "Texas", "United States", ["Inc.", "LLC", "Corp."], "+1 512-555-01{:02d}"),
    ("Denver", "Colorado", "United States", ["Inc", "LLC"], "+1 303-555-01{:02d}"),
    ("Boston", "Massachusetts", "United States", ["Inc.", "LLC"], "+1 617-555-01{:02d}"),
    ("London", "England", "United Kingdom", ["Ltd", "Limited", "plc"], "+44 20 7946 09{:02d}"),
    ("Leeds", "England", "United Kingdom", ["Ltd.", "LLP"], "+44 113 496 09{:02d}"),
    ("Berlin", "Berlin", "Germany", ["GmbH", "AG"], "+49 30 231257{:02d}"),
    ("M\u00fcnchen", "Bayern", "Germany", ["GmbH & Co. KG", "GmbH"], "+49 89 999981{:02d}"),
    ("Lyon", "Auvergne-Rh\u00f4ne-Alpes", "France", ["SAS", "SARL"], "+33 1 99 00 12 {:02d}"),
    ("Malm\u00f6", "Sk\u00e5ne", "Sweden", ["AB"], "+46 8 465 004 {:02d}"),
    ("Utrecht", "Utrecht", "Netherlands", ["B.V."], "+31 20 555 01 {:02d}"),
]
PLACEHOLDERS = ["N/A", "-", "null", "n/a", "None", "#N/A", "unknown"]
NBSP, ZERO_WIDTH = "\u00a0", "\u200b"


def slug(text, joint="-"):
    text = text.replace("\u00f8", "o").replace("\u00df", "ss")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", joint, plain.lower()).strip(joint)


@dataclass
class Company:
    name: str
    legal: str
    domain: str
    industry: str
    about: str
    city: str
    region: str
    country: str
    employees: int
    revenue: int  # US dollars a year
    founded: int
    phone: str
    number: int

    @property
    def page(self):
        return f"linkedin.com/company/{slug(self.name)}-sample"

    @property
    def employee_range(self):
        for low, high in ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000)):
            if self.employees <= high:
                return f"{low}-{high}"
        return "5001-10000"


@dataclass
class Person:
    first: str
    last: str
    title: str
    company: Company
    email: str
    private: str
    phone: str
    number: int

    @property
    def profile(self):
        return f"linkedin.com/in/{slug(self.first)}-{slug(self.last)}-sample{self.number:03d}"


class World:
    def __init__(self, random_source):
        self.random = random_source
        self.companies = [self._company(number) for number in range(120)]
        self.people = [self._person(number) for number in range(230)]
        assert len({company.domain for company in self.companies}) == len(self.companies)
        assert len({(person.first, person.last) for person in self.people}) == len(self.people)

    def _company(self, number):
        brand = BRANDS[number % len(BRANDS)]
        # Each brand has its kinds one after the other, so no two companies have one name.
        kind = list(KINDS)[(number % len(BRANDS) + number // len(BRANDS)) % len(KINDS)]
        city, region, country, forms, phone = PLACES[number * 3 % len(PLACES)]
        name = f"{brand} & {self.random.choice(BRANDS)} {kind}" if number % 17 == 5 else f"{brand} {kind}"
        industry, does = KINDS[kind]
        employees = self.random.choice([3, 8, 14, 27, 42, 60, 120, 180, 240, 390, 700, 1200, 4300, 6100])
        return Company(name, self.random.choice(forms), slug(name) + ".example", industry,
                       f"{brand} {does} in {city}.", city, region, country, employees,
                       employees * self.random.randrange(80, 240) * 1000, self.random.randrange(1954, 2022),
                       phone.format(number % 100), number)

    def _person(self, number):
        first = FIRST_NAMES[number * 5 % len(FIRST_NAMES)]
        last = LAST_NAMES[(number * 11 + number // len(FIRST_NAMES)) % len(LAST_NAMES)]
        company = self.companies[number * 13 % len(self.companies)]
        email = f"{slug(first, '')}.{slug(last, '')}@{company.domain}"
        private = f"{slug(first, '')}{slug(last, '')}{number}@freemail.example"
        phone = PLACES[company.number * 3 % len(PLACES)][4].format((number * 7 + 3) % 100)
        return Person(first, last, self.random.choice(TITLES), company, email, private, phone, number)


class Dirt:
    """How a platform spells what it knows. Each takes one value and gives it back, mostly as it was."""

    def __init__(self, random_source):
        self.random = random_source

    def chance(self, share):
        return self.random.random() < share

    def missing(self, value, share=0.1):
        if not self.chance(share):
            return value
        return self.random.choice(["", "", self.random.choice(PLACEHOLDERS)])

    def case(self, value, share=0.1):
        return self.random.choice([value.upper(), value.lower()]) if self.chance(share) else value

    def blanks(self, value, share=0.06):
        if not value or not self.chance(share):
            return value
        return self.random.choice([f" {value}", f"{value}  ", value.replace(" ", NBSP, 1), value + ZERO_WIDTH,
                                   value.replace(" ", "  ", 1)])

    def typo(self, value, share=0.04):
        if len(value) < 6 or not self.chance(share):
            return value
        at = self.random.randrange(2, len(value) - 2)
        return value[:at] + value[at + 1] + value[at] + value[at + 2:]

    def domain(self, domain):
        return self.random.choice([
            domain, domain, f"www.{domain}", f"https://{domain}/", f"http://www.{domain}",
            f"HTTPS://WWW.{domain.upper()}/", f"https://{domain}/en/about?utm_source=directory", f"{domain}."])

    def email(self, address):
        return self.random.choice([address, address, address, f"mailto:{address}", address.title(), f" {address}"])

    def page(self, page):
        return self.random.choice([f"https://www.{page}", f"http://www.{page}/", page, f"https://{page}?trk=public",
                                   f"https://WWW.LinkedIn.com/{page.split('/', 1)[1]}/"])

    def company(self, company):
        return self.blanks(self.random.choice([company.name, f"{company.name} {company.legal}",
                                               f"{company.name}, {company.legal}",
                                               company.name.replace("&", "and"),
                                               self.case(company.name, 0.5), self.typo(company.name, 0.3)]))

    def money(self, dollars):
        millions = dollars / 1e6
        return self.random.choice([f"${dollars:,}", f"${millions:.1f}M", f"{dollars}"])


def apollo_people(dirt, person, row):
    company = person.company
    return {
        "First Name": dirt.case(dirt.blanks(person.first)), "Last Name": dirt.case(person.last),
        "Title": dirt.missing(person.title, 0.05), "Company Name": dirt.company(company),
        "Company Name for Emails": company.name, "Email": dirt.missing(dirt.email(person.email)),
        "Email Status": dirt.random.choice(["Verified", "Verified", "Guessed", "Unavailable"]),
        "Seniority": "", "Departments": "", "Work Direct Phone": dirt.missing(f"'{person.phone}", 0.4),
        "Corporate Phone": company.phone, "# Employees": company.employees, "Industry": company.industry.lower(),
        "Keywords": "b2b, trade, wholesale", "Person Linkedin Url": dirt.missing(dirt.page(person.profile), 0.15),
        "Website": dirt.missing(dirt.domain(company.domain), 0.05), "Company Linkedin Url": dirt.page(company.page),
        "City": company.city, "State": company.region, "Country": company.country,
        "Annual Revenue": company.revenue, "Apollo Contact Id": f"c{person.number:06x}{row:04x}",
    }


def zoominfo_people(dirt, person, row):
    company = person.company
    return {
        "ZoomInfo Contact ID": 1500000000 + person.number * 977, "Last Name": person.last, "First Name": person.first,
        "Middle Name": "", "Job Title": dirt.missing(person.title), "Job Function": "",
        "Job Title Hierarchy Level": dirt.random.choice(["C-Level", "VP-Level", "Director", "Manager"]),
        "Direct Phone Number": dirt.missing(person.phone, 0.3),
        "Email Address": dirt.missing(person.email, 0.2), "Mobile phone": "", "Contact Accuracy Score": 75 + row % 25,
        "LinkedIn Contact Profile URL": dirt.missing(dirt.page(person.profile), 0.3),
        "Person City": company.city, "Person State": company.region, "Country": company.country,
        "ZoomInfo Company ID": 340000000 + company.number, "Company Name": dirt.company(company),
        "Website": f"www.{company.domain}", "Company HQ Phone": company.phone,
        "Revenue (in 000s USD)": company.revenue // 1000, "Employees": company.employees,
        "Primary Industry": company.industry, "LinkedIn Company Profile URL": f"https://www.{company.page}",
    }


def evaboot_people(dirt, person, row):
    company = person.company
    name = dirt.case(f"{person.first} {person.last}", 0.25)
    return {
        "Full Name": dirt.random.choice([name, name, name, f"{name} \U0001F680", f"{name}, MBA"]),
        "First Name": person.first, "Last Name": dirt.missing(person.last, 0.05),
        "Current Job": person.title, "Email": dirt.missing(person.email, 0.45),
        "Email Status": "safe", "Matches Filters": "YES", "No Match Reasons": "",
        "Linkedin URL Unique ID": f"https://www.{person.profile}", "Sales Navigator URL":
        f"https://www.linkedin.com/sales/lead/ACwAA{person.number:05d}sample,NAME_SEARCH,x{row:02d}",
        "Prospect Location": f"{company.city}, {company.region}, {company.country}",
        "Company Name": dirt.company(company), "Company Website": dirt.domain(company.domain),
        "Company Linkedin URL Unique ID": f"https://www.{company.page}",
        "Company Employee Range": dirt.random.choice([company.employee_range, company.employee_range,
                                                      "Nov-50" if company.employee_range == "11-50"
                                                      else company.employee_range]),
        "Company Industry": company.industry, "Is Open Profile": dirt.random.choice(["YES", "NO"]),
    }


def hubspot_people(dirt, person, row):
    company = person.company
    emails = person.email
    if dirt.chance(0.2):
        emails = f"{person.email}, info@{company.domain}"
    return {
        "Record ID": 90001 + row, "First Name": dirt.blanks(person.first), "Last Name": dirt.blanks(person.last),
        "Email": dirt.missing(emails, 0.1), "Phone Number": dirt.missing(person.phone, 0.3),
        "Contact owner": "Sample Owner", "Lifecycle Stage": dirt.random.choice(["Lead", "Subscriber", "Customer"]),
        "Lead Status": "", "Associated Company": dirt.company(company), "Job Title": dirt.missing(person.title),
        "City": company.city, "Country/Region": company.country, "Website URL": dirt.domain(company.domain),
        "Last Activity Date": f"{1 + row % 28:02d}.11.2023 09:30", "Notes": dirt.random.choice(
            ["", "", "met at the fair; wants a quote", "said \"call again in May\""]),
    }


def lusha_people(dirt, person, row):
    company = person.company
    return {
        "First Name": person.first, "Last Name": dirt.case(person.last, 0.2), "Job Title": dirt.missing(person.title),
        "Work Email": dirt.missing(dirt.email(person.email), 0.15), "Work Email Confidence": "A+",
        "Private Email": dirt.missing(person.private, 0.5), "Direct Phone": dirt.missing(person.phone, 0.2),
        "LinkedIn URL": dirt.missing(dirt.page(person.profile), 0.2), "Country": company.country,
        "Company Name": dirt.company(company), "Company Domain": company.domain,
        "Company Description": company.about, "Company Number of Employees": company.employee_range,
        "Company Main Industry": company.industry, "Company Revenue": dirt.money(company.revenue),
    }


def cognism_people(dirt, person, row):
    company = person.company
    return {
        "Contact Id": f"cg-{row + 1:04d}", "Full Name": dirt.typo(f"{person.first} {person.last}", 0.06),
        "Job Title": person.title, "Email": dirt.missing(person.email, 0.25),
        "Direct dial": dirt.missing(person.phone, 0.4), "HQ phone": company.phone, "DNC": "No",
        "LinkedIn URL": dirt.missing(f"https://www.{person.profile}", 0.3), "Contact accuracy": "High",
        "Company Name": dirt.company(company), "Company Website": dirt.domain(company.domain),
        "Company Headcount": company.employees, "Industry": company.industry,
        "Company HQ": f"{company.city}, {company.country}",
    }


def apollo_companies(dirt, company, row):
    return {
        "Company": dirt.company(company), "Company Name for Emails": company.name, "Account Stage": "Cold",
        "# Employees": company.employees, "Industry": company.industry.lower(),
        "Website": dirt.missing(dirt.domain(company.domain), 0.05), "Company Linkedin Url": dirt.page(company.page),
        "Company Street": f"{row + 1} Sample Street", "Company City": company.city, "Company State": company.region,
        "Company Country": company.country, "Company Phone": f"'{company.phone}", "Technologies": "Webshop, Mailing, CRM",
        "Annual Revenue": company.revenue, "Short Description": company.about, "Founded Year": company.founded,
        "Subsidiary of": "", "Number of Retail Locations": "", "Apollo Account Id": f"a{company.number:06x}",
    }


def store_leads(dirt, company, row):
    return {
        "domain": company.domain, "merchant_name": dirt.case(company.name, 0.2), "platform": "shopsystem",
        "plan": "Plus", "title": f"{company.name} | Official Store", "description": dirt.missing(company.about, 0.2),
        "categories": f"/{company.industry}", "city": company.city, "country_code": COUNTRY_CODES[company.country],
        "employee_count": company.employees, "estimated_monthly_visits": company.employees * 310,
        "estimated_yearly_sales": f"USD ${company.revenue:,}.00", "installed_apps_names": "Reviews:Upsell",
        "platform_rank": 1000 + row * 17, "linkedin_url": dirt.missing(f"https://www.{company.page}", 0.3),
        "emails": f"info@{company.domain}:sales@{company.domain}", "phones": company.phone, "created_at": "2023/06/01",
    }


def crunchbase(dirt, company, row):
    return {
        "Organization Name": f"{company.name}", "Organization Name URL":
        f"https://www.crunchbase.com/organization/{slug(company.name)}-sample", "CB Rank (Company)": f"{(row + 3) * 1031:,}",
        "Headquarters Location": f"{company.city}, {company.region}, {company.country}",
        "Industries": f"{company.industry}, Wholesale", "Description": company.about,
        "Founded Date": f"{company.founded}-01-01", "Founded Date Precision": "year", "Operating Status": "Active",
        "Website": dirt.missing(f"https://www.{company.domain}", 0.1), "LinkedIn": dirt.missing(dirt.page(company.page)),
        "Number of Employees": dirt.random.choice(["", "\u2014", company.employee_range]),
        "Last Funding Type": dirt.random.choice(["Seed", "Series A", "\u2014"]), "Hub Tags": "",
    }


def hubspot_companies(dirt, company, row):
    return {
        "Record ID": 70001 + row, "Company name": dirt.blanks(dirt.typo(dirt.company(company)), 0.15),
        "Company Domain Name": dirt.missing(dirt.domain(company.domain), 0.1), "Company owner": "Sample Owner",
        "Phone Number": company.phone, "City": company.city, "Country/Region": company.country,
        "Industry": dirt.missing(company.industry.upper().replace(" & ", "_AND_").replace(" ", "_")),
        "Number of Employees": company.employees, "Annual Revenue": company.revenue,
        "LinkedIn Company Page": dirt.missing(dirt.page(company.page), 0.3), "Year Founded": company.founded,
        "Lifecycle Stage": "Lead", "Number of Associated Contacts": row % 4,
    }


def google_maps(dirt, company, row):
    return {
        "title": dirt.case(dirt.company(company), 0.1), "totalScore": f"{3 + row % 20 / 10:.1f}",
        "reviewsCount": row * 7 % 311, "street": f"{row + 1} Sample Street", "city": company.city,
        "state": company.region, "countryCode": COUNTRY_CODES[company.country],
        "website": dirt.random.choice([dirt.domain(company.domain)] * 4
                                      + [f"https://www.facebook.com/{slug(company.name)}sample"]),
        "phone": company.phone, "categoryName": company.industry, "placeId": f"SAMPLE{company.number:05d}",
        "url": f"https://maps.example/place/{company.number}",
    }


def zoominfo_companies(dirt, company, row):
    return {
        "ZoomInfo Company ID": 340000000 + company.number, "Company Name": f"{company.name} {company.legal}",
        "Website": f"www.{company.domain}", "Founded Year": company.founded, "Company HQ Phone": company.phone,
        "Ticker": "", "Revenue (in 000s USD)": company.revenue // 1000, "Employees": company.employees,
        "Employee Range": company.employee_range, "Primary Industry": company.industry,
        "Primary Sub-Industry": "", "LinkedIn Company Profile URL": dirt.missing(f"https://www.{company.page}", 0.2),
        "Certified Active Company": "Yes", "Company City": company.city, "Company State": company.region,
        "Company Country": company.country, "Full Address": f"{company.city}, {company.region}, {company.country}",
    }


def as_csv(rows, delimiter=",", line_end="\n"):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def rows_of(random_source, things, count, spell, repeated=2):
    """`count` of the things as a platform exports them; a few stand twice in it, spelled anew."""
    dirt = Dirt(random_source)
    chosen = random_source.sample(things, count - repeated)
    chosen += random_source.sample(chosen, repeated)
    return [spell(dirt, thing, row) for row, thing in enumerate(chosen)]


def with_line(text, number, change):
    lines = text.split("\n")
    lines[number] = change(lines[number])
    return "\n".join(lines)


def without_last_cells(line):
    return ",".join(line.split(",")[:-2])


def zip_of(members):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, text in members.items():
            file.writestr(zipfile.ZipInfo(name, (2024, 1, 15, 10, 30, 0)), text)
    return archive.getvalue()


def png_of_one_pixel():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b""))


def broken_files():
    """name -> bytes: what people upload by mistake, and exports that were damaged on their way."""
    header = b"First Name,Last Name,Company Name,Email\n"
    rows = [b"Mara,Lindqvist,Nordwind Logistics,mara@nordwind-logistics.example\n",
            b"Tobias,Abernathy,Bluefin Foods,tobias@bluefin-foods.example\n",
            b"Selma,Falkenrath,Copperleaf Studio,selma@copperleaf-studio.example\n"]
    whole = header + b"".join(rows)
    latin = "Zo\u00eb,L\u00f6wenherz,Fernbrook Clinic,zoe@fernbrook-clinic.example\n"
    return {
        "zip_archive.csv": zip_of({"leads.csv": whole}),
        "excel_workbook.csv": zip_of({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
        "error_page.csv": b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n"
                          b"<body><p>Your session has ended, please sign in again.</p></body></html>\n",
        "image.csv": png_of_one_pixel(),
        "json_answer.csv": b'{"error": "export not ready", "retry_after": 30}\n',
        "empty.csv": b"",
        "header_only.csv": header,
        "cut_gzip.csv.gz": gzip.compress(whole * 40, mtime=0)[:60],
        "unbalanced_quote.csv": header + rows[0] + b'Knut,Osterhaus,"Tidewater Tools,knut@tidewater-tools.example\n'
                                + rows[1] + rows[2],
        "nul_bytes.csv": header + rows[0] + rows[1].replace(b"Abernathy", b"Aber\0nathy") + rows[2],
        "mixed_encodings.csv": header + latin.encode("utf-8") * 3 + latin.encode("latin-1") + b"".join(rows),
    }


def make(folder):
    random_source = random.Random(SEED)
    world = World(random_source)

    def write(name, text, encoding="utf-8"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode(encoding, "ignore" if encoding == "cp1252" else "strict"))

    def rows(things, count, spell):
        return rows_of(random_source, things, count, spell)

    people, companies = world.people, world.companies
    write("people/apollo_contacts.csv", as_csv(rows(people, 120, apollo_people)))
    write("people/zoominfo_contacts.csv", as_csv(rows(people, 110, zoominfo_people), line_end="\r\n"), "utf-8-sig")
    evaboot = with_line(as_csv(rows(people, 90, evaboot_people)), 41, without_last_cells)
    write("people/evaboot_sales_navigator.csv", evaboot)
    write("people/hubspot_contacts.csv", as_csv(rows(people, 80, hubspot_people), ";", "\r\n"), "cp1252")
    lusha = as_csv(rows(people, 70, lusha_people), "\t", "\r\n")
    write("people/lusha_contacts.csv", "\ufeff" + lusha, "utf-16-le")
    notes = "Cognism export\nList: Sample prospects, autumn\nExported 15 January 2024 by Sample Owner\n\n"
    # The export broke off inside a quoted cell: its last row cannot be read.
    broken_off = 'cg-0999,Broken Record,"Head of \n'
    write("people/cognism_contacts.csv", notes + as_csv(rows(people, 60, cognism_people)) + broken_off)

    write("company/apollo_accounts.csv", as_csv(rows(companies, 75, apollo_companies)))
    write("company/store_leads.csv", as_csv(rows(companies, 60, store_leads)))
    write("company/crunchbase_search.csv", as_csv(rows(companies, 55, crunchbase)), "utf-8-sig")
    write("company/hubspot_companies.csv", as_csv(rows(companies, 50, hubspot_companies), ";", "\r\n"), "cp1252")
    maps = with_line(as_csv(rows(companies, 45, google_maps)), 12, lambda line: line + ",temporarily closed")
    write("company/google_maps_scraper.csv", maps)
    notes = "ZoomInfo Company Export\nSearch: all industries\nRecords: 40\n\n"
    write("company/zoominfo_companies.csv", notes + as_csv(rows(companies, 40, zoominfo_companies), line_end="\r\n"))

    customers = [{"Company": company.name, "Website": company.domain, "Customer since": 2015 + number}
                 for number, company in enumerate(random_source.sample(companies, 6))]
    write("suppression/customers.csv", as_csv(customers))
    for name, data in broken_files().items():
        file = folder / "errors" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    left = [{"Email": person.email, "Reason": "asked not to be written to"}
            for person in random_source.sample(people, 5)]
    write("suppression/do_not_contact.csv", as_csv(left))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "samples")
