"""What other people call the columns of a roster: words in English, French, Spanish and Arabic, and HXL hashtags."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "name": (
            *("name", "full name", "contact name", "contact", "person", "participant", "member"),
            *("first name", "last name", "surname", "given name", "family name", "first names", "forename"),
            *("nom", "nom complet", "nom et prénom", "prénom", "prénoms", "nom de famille", "personne", "contact"),
            *("nombre", "nombre completo", "nombre y apellidos", "apellido", "apellidos", "persona", "contacto"),
            *("الاسم", "الاسم الكامل", "اسم", "اللقب", "الاسم الأول", "اسم العائلة", "جهة الاتصال", "الشخص"),
        ),
        "organisation": (
            *("organisation", "organization", "org", "association", "group", "agency", "ngo", "institution"),
            *("organisation name", "organization name", "name of organisation", "name of organization", "affiliation"),
            *("organisme", "association", "structure", "groupe", "institution", "ong"),
            *("organización", "asociación", "grupo", "institución", "entidad", "ong"),
            *("المنظمة", "الجمعية", "المؤسسة", "الهيئة", "الجهة"),
        ),
        "function": (
            *("function", "role", "position", "job title", "title", "post", "responsibility"),
            *("fonction", "rôle", "poste", "titre", "responsabilité"),
            *("función", "cargo", "puesto", "rol", "título"),
            *("الوظيفة", "المنصب", "الدور", "الصفة"),
        ),
        "country": (
            *("country", "country of residence", "residence", "country code", "lives in"),
            *("pays", "pays de résidence", "résidence", "code pays"),
            *("país", "país de residencia", "residencia", "código de país"),
            *("البلد", "بلد الإقامة", "الدولة", "دولة الإقامة"),
        ),
        "city": (
            *("city", "town", "place", "location"),
            *("ville", "lieu", "commune", "localité"),
            *("ciudad", "localidad", "municipio", "lugar"),
            *("المدينة", "مدينة", "المكان"),
        ),
        "timezone": (
            *("time zone", "timezone"),
            *("fuseau horaire", "fuseau"),
            *("zona horaria", "huso horario"),
            *("المنطقة الزمنية",),
        ),
        "language": (
            *("language", "preferred language", "main language", "mother tongue"),
            *("langue", "langue préférée", "langue principale"),
            *("idioma", "lengua", "idioma preferido"),
            *("اللغة", "اللغة المفضلة"),
        ),
        "languages": (
            *("languages", "other languages", "languages spoken", "spoken languages"),
            *("langues", "autres langues", "langues parlées"),
            *("idiomas", "otros idiomas", "lenguas"),
            *("اللغات", "لغات أخرى"),
        ),
        "capabilities": (
            *("skills", "capabilities", "expertise", "can do", "competencies", "skill"),
            *("compétences", "expertise", "capacités", "savoir-faire"),
            *("habilidades", "competencias", "capacidades", "experiencia"),
            *("المهارات", "القدرات", "الخبرات"),
        ),
        "channel": (
            *("best channel", "preferred channel", "contact by", "preferred contact", "preferred contact method"),
            *("canal préféré", "moyen de contact", "moyen de contact préféré"),
            *("canal preferido", "medio de contacto"),
            *("وسيلة الاتصال", "وسيلة الاتصال المفضلة"),
        ),
        "email": (
            *("email", "e mail", "mail", "email address", "e mail address", "courriel", "adresse électronique"),
            *("adresse mail", "adresse e mail", "mél", "correo", "correo electrónico", "dirección de correo"),
            *("البريد الإلكتروني", "البريد", "بريد إلكتروني", "الايميل", "ايميل"),
        ),
        "phone": (
            *("phone", "phone number", "telephone", "tel", "mobile", "mobile phone", "mobile number", "cell"),
            *("cell phone", "cellphone", "whatsapp", "whatsapp number", "contact number"),
            *("téléphone", "numéro de téléphone", "portable", "tél", "téléphone portable", "numéro"),
            *("teléfono", "número de teléfono", "móvil", "celular", "teléfono móvil"),
            *("الهاتف", "رقم الهاتف", "هاتف", "الجوال", "رقم الجوال", "الموبايل", "واتساب"),
        ),
        "source": (
            *("source", "where this contact comes from", "contact source", "origin of contact"),
            *("provenance", "origine du contact", "source du contact"),
            *("fuente", "origen del contacto"),
            *("المصدر",),
        ),
        "told_on": (
            *("told on", "informed on", "date informed", "informed"),
            *("informé le", "informée le", "date d information"),
            *("informado el", "fecha de información"),
            *("تاريخ الإبلاغ", "أبلغ في"),
        ),
    },
    "organisations": {
        "name": (
            *("name", "organisation", "organization", "organisation name", "organization name", "association", "ngo"),
            *("name of organisation", "name of organization", "association name", "group", "group name", "org"),
            *("nom", "nom de l organisation", "nom de l association", "organisme", "structure", "nom de la structure"),
            *(
                "nombre",
                "organización",
                "nombre de la organización",
                "asociación",
                "nombre de la asociación",
                "entidad",
            ),
            *("الاسم", "اسم المنظمة", "المنظمة", "الجمعية", "اسم الجمعية", "المؤسسة"),
        ),
        "kind": (
            *("kind", "type", "organisation type", "organization type", "type of organisation", "category"),
            *("type d organisation", "catégorie", "genre", "nature"),
            *("tipo", "tipo de organización", "categoría", "clase"),
            *("النوع", "نوع المنظمة", "الفئة", "التصنيف"),
        ),
        "country": (
            *("country", "country code", "based in", "seat"),
            *("pays", "siège", "code pays"),
            *("país", "sede", "código de país"),
            *("البلد", "الدولة", "المقر"),
        ),
        "city": (
            *("city", "town"),
            *("ville", "commune"),
            *("ciudad", "municipio", "localidad"),
            *("المدينة",),
        ),
        "covers": (
            *("serves", "area served", "areas served", "coverage", "regions", "area", "provinces"),
            *("zone d intervention", "zones d intervention", "couverture", "régions", "zone"),
            *("zona de intervención", "cobertura", "regiones", "área"),
            *("منطقة العمل", "مناطق العمل", "التغطية"),
        ),
        "languages": (
            *("languages", "language"),
            *("langues", "langue"),
            *("idiomas", "idioma", "lenguas"),
            *("اللغات", "اللغة"),
        ),
        "capabilities": (
            *("can do", "capabilities", "sectors", "sector", "activities", "services", "expertise"),
            *("secteurs", "secteur", "activités", "domaines", "compétences", "services"),
            *("sectores", "sector", "actividades", "servicios", "capacidades"),
            *("القطاعات", "القطاع", "الأنشطة", "الخدمات"),
        ),
        "contact": (
            *("functional contact", "contact", "shared mailbox", "switchboard", "email", "e mail", "phone"),
            *("office email", "office phone", "telephone", "contact fonctionnel", "courriel", "téléphone", "standard"),
            *("contacto", "correo", "correo electrónico", "teléfono", "central"),
            *("البريد الإلكتروني", "الهاتف", "جهة الاتصال"),
        ),
        "people_reached": (
            *("people reached", "reach", "members", "size", "number of members"),
            *("personnes touchées", "membres", "taille", "nombre de membres"),
            *("personas alcanzadas", "miembros", "tamaño", "número de miembros"),
            *("عدد الأعضاء", "الأشخاص المستفيدون"),
        ),
    },
}
"""By sheet and column. A contact or an e-mail of an organisation is a shared one."""

TAGS: dict[str, dict[str, tuple[str, ...]]] = {
    "people": {
        "name": ("#contact+name", "#contact+person"),
        "organisation": ("#org+name", "#org"),
        "function": ("#contact+role", "#contact+title", "#contact+function", "#contact+job"),
        "country": ("#country+code", "#country+name", "#country"),
        "city": ("#loc+city", "#loc+name", "#loc", "#contact+city"),
        "language": ("#contact+lang", "#language"),
        "capabilities": ("#capacity", "#contact+skill", "#sector"),
        "email": ("#contact+email",),
        "phone": ("#contact+phone", "#contact+tel", "#contact+mobile"),
        "source": ("#meta+source", "#contact+source"),
        "told_on": ("#date+told", "#date+informed"),
    },
    "organisations": {
        "name": ("#org+name", "#org"),
        "kind": ("#org+type", "#org+kind"),
        "country": ("#country+code", "#country+name", "#country"),
        "city": ("#loc+city", "#loc+name", "#loc"),
        "covers": ("#adm1+name", "#adm1", "#geo"),
        "languages": ("#org+lang", "#language"),
        "capabilities": ("#sector", "#capacity", "#activity"),
        "contact": ("#contact+email", "#contact+phone", "#org+email", "#org+phone"),
        "people_reached": ("#reached",),
    },
}
"""By sheet and column. The order of a hashtag's attributes, and more of them, make no difference."""
